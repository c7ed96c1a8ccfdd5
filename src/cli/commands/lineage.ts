import { Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import { formatLineage } from '../lineage-tree.ts'
import { resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'

/** Steps that are followed unless `--depth` says otherwise. */
const DEPTH_DEFAULT = 10

/** `lading lineage`: what a version came from, and what came of it. */
export function createLineageCommand(signal: AbortSignal): Command {
  return new Command('lineage')
    .summary('draw what a version came from and what came of it')
    .description('Draws the runs that logged and used a version, the versions that they used and logged, and so on.')
    .argument('<ref>', 'the version')
    .option('--depth <steps>', 'steps to follow; one goes from a version to a run, or back', parseDepth, DEPTH_DEFAULT)
    .action((ref: string, { depth }: { depth: number }, command: Command) =>
      runCommand(command, signal, (context) => lineage(context, ref, depth)),
    )
}

function parseDepth(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value)
  throw new InvalidArgumentError('It must be a whole number of at most six digits.')
}

async function lineage(context: Context, ref: string, depth: number): Promise<Report> {
  const version = await resolveRef(context, ref)
  const graph = await version.lineage({ depth, signal: context.signal })
  return { json: { ref: version.ref, ...graph }, lines: (screen) => formatLineage(graph, version.ref, screen) }
}
