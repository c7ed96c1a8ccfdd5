import { Command } from 'commander'
import { collect } from '../collect.ts'
import type { Context } from '../context.ts'
import { formatAge } from '../formats.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { formatTable } from '../table.ts'

/** `lading projects`: the projects of the store. */
export function createProjectsCommand(signal: AbortSignal): Command {
  return new Command('projects')
    .summary('list the projects of the store')
    .description('Lists every project that something was ever logged in, by name.')
    .action((_flags: object, command: Command) => runCommand(command, signal, listProjects))
}

async function listProjects(context: Context): Promise<Report> {
  const projects = await collect(context.lading.projects({ signal: context.signal }))
  if (projects.length === 0) context.note(`the store ${context.store} has no projects; the first log makes one`)
  return {
    json: projects.map(({ name, createdAt }) => ({ name, createdAt })),
    lines: (screen) => {
      if (projects.length === 0) return []
      const rows = projects.map(({ name, createdAt }) => [name, formatAge(createdAt)])
      return formatTable([{ title: 'PROJECT', widthMin: 12 }, { title: 'BEGUN' }], rows, screen)
    },
  }
}
