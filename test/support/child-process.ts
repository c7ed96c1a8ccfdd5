import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A process that runs a script of this folder. It is killed when the test ends before it does. */
export interface Child {
  /** How it ended. Never rejects because of what the process did. */
  readonly ended: Promise<ChildEnd>
  kill(): void
}

export interface ChildEnd {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Whole lines that it printed. */
  readonly lines: readonly string[]
  readonly errors: string
}

/** Runs `<script>.ts` on this Node with one argument, as JSON. `onLine` is told each line as it comes. */
export function spawnScript(script: string, task: unknown, onLine: (line: string) => void = () => {}): Child {
  const path = fileURLToPath(new URL(`${script}.ts`, import.meta.url))
  // The options of the test runner's workers are not for it.
  const env = { ...process.env, NODE_OPTIONS: '' }
  const child = spawn(process.execPath, [path, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'], env })
  const [lines, errors]: [string[], string[]] = [[], []]
  const output = createInterface({ input: child.stdout })
  output.on('line', (line) => {
    lines.push(line)
    onLine(line)
  })
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))

  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, lines, errors: errors.join('') }))
  })
  const kill = (): void => void child.kill('SIGKILL')
  onTestFinished(async () => {
    kill()
    await ended.catch(() => undefined)
  })
  return { ended, kill }
}

/** Runs a script to its end and answers what it printed as JSON. Throws what it complained about, if it failed. */
export async function runScript<T>(script: string, task: unknown): Promise<T> {
  const { code, signal, lines, errors } = await spawnScript(script, task).ended
  if (code !== 0) throw new Error(`${script} ended with ${code ?? signal}: ${errors}`)
  return JSON.parse(lines.join('\n')) as T
}
