import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { reportError } from './errors.ts'
import { abortOnInterrupt } from './interrupt.ts'
import { playQuickstart } from './quickstart-steps.ts'
import { createStage } from './stage.ts'
import { printable, screenOf } from './terminal.ts'

/**
 * Does the main job on real files, in a fresh folder that is removed afterwards unless `keep` is set, and shows the
 * code of each step. Sets the exit code of the process; never rejects.
 */
export async function runQuickstart({ keep }: { readonly keep: boolean }): Promise<void> {
  const signal = abortOnInterrupt()
  try {
    await playIn(await mkdtemp(join(tmpdir(), 'lading-quickstart-')), { keep, signal })
  } catch (error) {
    process.exitCode = reportError(error, signal)
  }
}

async function playIn(folder: string, { keep, signal }: { keep: boolean; signal: AbortSignal }): Promise<void> {
  const [home, startMs] = [process.cwd(), performance.now()]
  try {
    // The code that is shown uses short relative paths, and it is the code that runs.
    process.chdir(folder)
    printLines(introduction(folder, keep))
    await playQuickstart(createStage(screenOf(process.stdout), printLines, signal))
    printLines(closing(folder, { keep, seconds: (performance.now() - startMs) / 1000 }))
  } finally {
    process.chdir(home)
    if (!keep) await rm(folder, { recursive: true, force: true })
  }
}

function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

function introduction(folder: string, keep: boolean): readonly string[] {
  const { style } = screenOf(process.stdout)
  const fate = keep ? 'and stays there' : 'and is removed at the end; `npm start -- --keep` keeps it'
  return [
    '',
    style('bold', 'lading: the quickstart'),
    style('dim', `All of it happens in ${printable(folder)},`),
    style('dim', `${fate}.`),
  ]
}

function closing(folder: string, { keep, seconds }: { keep: boolean; seconds: number }): readonly string[] {
  const { style } = screenOf(process.stdout)
  const look = `npm start -- ls --store ${printable(join(folder, '.lading'))} --project demo`
  return [
    '',
    `${style('green', '✓')} ${style('bold', `Done in ${seconds.toFixed(1)} seconds.`)} ${keep ? 'Look around:' : 'Now with files of your own:'}`,
    ...(keep
      ? [`    ${style('cyan', look)}`, `    ${style('cyan', `ls -R ${printable(folder)}`)}`]
      : [
          `    ${style('cyan', 'npm start -- log ./some-folder --name my-model --type model')}`,
          `    ${style('cyan', 'npm start -- show my-model')}`,
        ]),
    style('dim', 'Every command: npm start -- --help, and docs/cli.md.'),
    '',
  ]
}
