import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender } from '../measure.ts'
import { emptyFolder } from '../places.ts'
import type { Place } from '../places.ts'
import { runCommand } from '../processes.ts'
import { timedOnly } from '../programs/sample.ts'
import { TOOLS } from './tools.ts'
import type { Tool } from './tools.ts'

/** A tool that is installed. */
export interface Rival {
  readonly tool: Tool
  /** `restic 0.14.0` */
  readonly title: string
  /** What is run, for the tables. */
  readonly commands: readonly string[]
}

/** Where a rival works. */
export interface RivalFolders {
  readonly place: Place
  readonly source: string
}

/** The tools that are installed, with their versions. */
export async function findRivals(): Promise<readonly Rival[]> {
  const found = await Promise.all(TOOLS.map(findRival))
  return found.filter((rival) => rival !== null)
}

/** A rival that logs. With `fresh` each time into a new place that goes again, else into what `prepareRival` made. */
export function loggingRival(rival: Rival, folders: RivalFolders, { fresh }: { readonly fresh: boolean }): Contender {
  return {
    name: rival.title,
    role: 'shown',
    async run() {
      if (fresh) await createState(rival, folders)
      await runAll(rival.tool.bring, rival, folders)
      const ms = await runAll(rival.tool.log, rival, folders)
      if (fresh) removeState(rival, folders)
      return timedOnly(ms)
    },
  }
}

/** The rivals that download. Each logs first, out of the time: what all of them have logged would be too much at once. */
export function downloadingRivals(rivals: readonly Rival[], folders: RivalFolders): readonly Contender[] {
  return rivals.flatMap((rival) => {
    const { download } = rival.tool
    if (download === null) return []
    const run = async () => {
      await prepareRival(rival, folders)
      emptyFolder(folders.place, 'target')
      const ms = await runAll(download, rival, folders)
      removeState(rival, folders)
      return timedOnly(ms)
    }
    return [{ name: rival.title, role: 'shown' as const, run }]
  })
}

/** Logs the source into a new place. */
export async function prepareRival(rival: Rival, folders: RivalFolders): Promise<void> {
  await createState(rival, folders)
  await loggingRival(rival, folders, { fresh: false }).run({ count: false })
}

async function findRival(tool: Tool): Promise<Rival | null> {
  try {
    const { stdout } = await runCommand(tool.version)
    const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? ''
    const steps = [...tool.create, ...tool.bring, ...tool.log, ...(tool.download ?? [])]
    return { tool, title: `${tool.name} ${version}`, commands: steps.map(describeCommand) }
  } catch {
    // What does not answer its version is not installed.
    return null
  }
}

/** Without the folders of this machine. */
function describeCommand(command: readonly string[]): string {
  return command.map((word) => (word.startsWith('/') ? word.slice(word.lastIndexOf('/') + 1) : word)).join(' ')
}

async function createState(rival: Rival, folders: RivalFolders): Promise<void> {
  emptyFolder(folders.place, stateOf(rival))
  await runAll(rival.tool.create, rival, folders)
}

function removeState(rival: Rival, { place }: RivalFolders): void {
  rmSync(join(place.folder, stateOf(rival)), { recursive: true, force: true })
}

/** Milliseconds of all commands; of a library those that it tells, which leave out its imports. */
async function runAll(commands: Tool['log'], rival: Rival, { place, source }: RivalFolders): Promise<number> {
  const folders: Record<string, string> = {
    source,
    state: join(place.folder, stateOf(rival)),
    target: join(place.folder, 'target'),
  }
  const fill = (text: string): string =>
    text.replaceAll(/\{(source|state|target)\}/g, (_all, name: string) => folders[name]!)
  const env = Object.fromEntries(Object.entries(rival.tool.env).map(([name, value]) => [name, fill(value)]))
  let ms = 0
  for (const command of commands) {
    const finished = await runCommand(command.map(fill), env, place.folder)
    const told = /^\{"ms": (?<ms>[\d.]+)\}$/m.exec(finished.stdout)?.groups?.['ms']
    ms += told === undefined ? finished.ms : Number(told)
  }
  return ms
}

function stateOf({ tool }: Rival): string {
  return `state-${tool.name}`
}
