import type { Command } from 'commander'
import { settingsOf } from './context.ts'
import type { Context, GlobalFlags, Surroundings } from './context.ts'
import { drawable } from './ascii.ts'
import type { ExitCode } from './exit-codes.ts'
import { createProgressBar } from './progress-bar.ts'
import { withoutSecrets } from './secrets.ts'
import { printable, screenOf, wrapHanging } from './terminal.ts'
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

/** The work of a command that opens no store, or not always. */
export type WorkWithoutStore = (surroundings: Surroundings) => Promise<Report>

/** Opens the store, does the work, closes the store, prints the report. */
export async function runCommand(command: Command, signal: AbortSignal, work: Work): Promise<void> {
  await runWithoutStore(command, signal, async (surroundings) => {
    const settings = await settingsOf(command)
    const { openPlace } = await import('./open-place.ts')
    const [store, project] = [settings.store.value, settings.project.value]
    const { lading, adapters } = await openPlace(settings, surroundings.note)
    await using opened = lading
    if (/^memory:/i.test(store))
      surroundings.note(`${store} begins empty, and nothing in it stays when this command ends`)
    return await work({ ...surroundings, store, project, adapters, lading: opened })
  })
}

/** Does the work, prints the report. */
export async function runWithoutStore(command: Command, signal: AbortSignal, work: WorkWithoutStore): Promise<void> {
  const bar = createProgressBar(process.stderr)
  const note = (text: string) => {
    bar?.clear()
    const lines = wrapHanging(`lading: ${printable(withoutSecrets(text))}`, screenOf(process.stderr).columns)
    process.stderr.write(`${lines.join('\n')}\n`)
  }
  try {
    const report = await work({ signal, onProgress: bar?.onProgress, note })
    bar?.clear()
    print(report, command.optsWithGlobals<GlobalFlags>().json ?? false)
  } finally {
    bar?.clear()
  }
}

function print({ json, lines, exitCode }: Report, asJson: boolean): void {
  const text = asJson ? JSON.stringify(json, null, 2) : drawable(lines(screenOf(process.stdout)).join('\n'))
  if (text !== '') process.stdout.write(`${text}\n`)
  process.exitCode = exitCode ?? 0
}
