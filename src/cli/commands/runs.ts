import { Command } from 'commander'
import type { Run } from '../../application/client/run.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { RunRecord } from '../../ports/metadata-store.ts'
import { collect } from '../collect.ts'
import type { Context } from '../context.ts'
import { formatFacts } from '../facts.ts'
import { formatAge, formatTime } from '../formats.ts'
import { nearest, withMeant } from '../../domain/nearest.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { formatTable } from '../table.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'
import { formatKey } from '../version-view.ts'

/** `lading runs`: the runs of a project, or what one of them used and logged. */
export function createRunsCommand(signal: AbortSignal): Command {
  return new Command('runs')
    .summary('list runs, or show what one used and logged')
    .description('Lists the runs of the project, by id, or shows one: its inputs, its outputs, its configuration.')
    .argument('[run]', 'id of a run')
    .action((id: string | undefined, _flags: object, command: Command) =>
      runCommand(command, signal, (context) => (id === undefined ? listRuns(context) : showRun(context, id))),
    )
}

async function listRuns(context: Context): Promise<Report> {
  const runs = await collect(context.lading.runs({ signal: context.signal }))
  if (runs.length === 0) context.note(`project ${context.project} of ${context.store} has no runs`)
  return { json: runs.map(runJson), lines: (screen) => (runs.length === 0 ? [] : formatRuns(runs, screen)) }
}

function runJson({ project, id, name, group, config, createdAt }: RunRecord | Run) {
  return { project, id, name, group, config, createdAt }
}

function formatRuns(runs: readonly RunRecord[], screen: Screen): readonly string[] {
  const columns = [
    { title: 'RUN', widthMin: 36 },
    { title: 'NAME', widthMin: 8, dropOrder: 2 },
    { title: 'GROUP', widthMin: 8, dropOrder: 1 },
    { title: 'STARTED' },
  ] as const
  const rows = runs.map(({ id, name, group, createdAt }) => [
    id,
    name === id ? '' : printable(name),
    printable(group ?? ''),
    formatAge(createdAt),
  ])
  return formatTable(columns, rows, screen)
}

async function showRun(context: Context, id: string): Promise<Report> {
  const { signal } = context
  const run = await findRun(context, id)
  const [inputs, outputs] = await Promise.all([run.inputs({ signal }), run.outputs({ signal })])
  const links = { inputs: inputs.map(formatKey), outputs: outputs.map(formatKey) }
  return { json: { ...runJson(run), ...links }, lines: (screen) => formatRun(run, links, screen) }
}

async function findRun({ lading, project, signal }: Context, id: string): Promise<Run> {
  try {
    return await lading.getRun(id, { signal })
  } catch (error) {
    if (!isLadingError(error, 'NOT_FOUND')) throw error
    const ids = (await collect(lading.runs({ signal }))).map((run) => run.id)
    const next = withMeant(nearest(id, ids), `list them with \`lading runs --project ${project}\``)
    const detail = `no run ${id} in project ${project}`
    throw new LadingError('NOT_FOUND', { key: id, detail, next, cause: error })
  }
}

function formatRun(
  run: Run,
  { inputs, outputs }: { readonly inputs: readonly string[]; readonly outputs: readonly string[] },
  screen: Screen,
): readonly string[] {
  const facts = formatFacts(
    [
      ['name', run.name === run.id ? null : printable(run.name)],
      ['group', run.group === null ? null : printable(run.group)],
      ['started', `${formatTime(run.createdAt)} (${formatAge(run.createdAt)})`],
      ['config', run.config === null ? null : printable(JSON.stringify(run.config))],
      ['used', inputs.length === 0 ? null : inputs.join(', ')],
      ['logged', outputs.length === 0 ? null : outputs.join(', ')],
    ],
    screen,
  )
  return [screen.style('bold', `run ${run.id}`), ...facts]
}
