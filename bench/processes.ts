import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Sample } from './programs/sample.ts'

/** A script of this folder and its task. */
export interface Program {
  /** Relative to this folder: `limits/copy.ts`. */
  readonly script: string
  readonly task: unknown
}

/** How a program is run. */
export interface RunRules {
  /** Counts fsyncs and opened files, which takes time of its own. */
  readonly count: boolean
  /** Below this folder opened files are counted. */
  readonly watch?: string | undefined
  /** Where the program keeps what may be thrown away: lading its stat cache. */
  readonly cache: string
}

const running = new Set<ChildProcess>()

/** Ends what is running. */
export function killPrograms(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Runs a program in a fresh process of this Node. Rejects with what it complained about if it failed. */
export async function runProgram({ script, task }: Program, { count, watch, cache }: RunRules): Promise<Sample> {
  const counters = new URL('programs/counters.ts', import.meta.url).href
  const path = fileURLToPath(new URL(script, import.meta.url))
  const { stdout } = await runCommand(
    [process.execPath, ...(count ? ['--import', counters] : []), path, JSON.stringify(task)],
    {
      XDG_CACHE_HOME: cache,
      LADING_BENCH_COUNT: count ? '1' : '0',
      ...(watch === undefined ? {} : { LADING_BENCH_WATCH: watch }),
    },
  )
  return JSON.parse(stdout) as Sample
}

/** What a finished command left. */
export interface FinishedCommand {
  readonly stdout: string
  readonly ms: number
}

/** Runs a command to its end. Rejects with its last words if it failed. */
export async function runCommand(
  [command, ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<FinishedCommand> {
  const start = performance.now()
  const child = spawn(command!, args, {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd,
  })
  running.add(child)
  const [stdout, stderr]: [string[], string[]] = [[], []]
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text))
  try {
    const code = await new Promise<number | string | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (status, signal) => resolve(status ?? signal))
    })
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${stderr.join('').slice(-2_000)}`)
    return { stdout: stdout.join(''), ms: performance.now() - start }
  } finally {
    running.delete(child)
  }
}
