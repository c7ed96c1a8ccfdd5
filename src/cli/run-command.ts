import type { Command } from 'commander'
import { placeOf } from './context.ts'
import type { Context, GlobalFlags } from './context.ts'
import type { ExitCode } from './exit-codes.ts'
import { createProgressBar } from './progress-bar.ts'
import { printable, screenOf } from './terminal.ts'
import type { Screen } from './terminal.ts'

/** What a command answers; printed when all its work is done. */
export interface Report {
  /** Printed by `--json`: its shape is documented in docs/cli.md. */
  readonly json: unknown
  /** Printed otherwise. */
  readonly lines: (screen: Screen) => readonly string[]
  /** Default: success. */
  readonly exitCode?: ExitCode
}

/** The work of a command. */
export type Work = (context: Context) => Promise<Report>

/** Opens the store, does the work, closes the store, prints the report. */
export async function runCommand(command: Command, signal: AbortSignal, work: Work): Promise<void> {
  const bar = createProgressBar(process.stderr)
  const note = (text: string) => {
    bar?.clear()
    process.stderr.write(`lading: ${printable(text)}\n`)
  }
  try {
    const report = await workInStore({ ...placeOf(command), signal, onProgress: bar?.onProgress, note }, work)
    bar?.clear()
    print(report, command.optsWithGlobals<GlobalFlags>().json ?? false)
  } finally {
    bar?.clear()
  }
}

async function workInStore(context: Omit<Context, 'lading'>, work: Work): Promise<Report> {
  // Only now: `--help` and `--version` need nothing of this.
  const { openStore } = await import('../composition/open-store.ts')
  await using lading = await openStore(context.store, { project: context.project })
  return await work({ ...context, lading })
}

function print({ json, lines, exitCode }: Report, asJson: boolean): void {
  const text = asJson ? JSON.stringify(json, null, 2) : lines(screenOf(process.stdout)).join('\n')
  if (text !== '') process.stdout.write(`${text}\n`)
  process.exitCode = exitCode ?? 0
}
