import { spawn } from 'node:child_process'

/** How a command ended. */
export interface GroupEnd {
  readonly ok: boolean
  readonly stdout: string
  /** All that it said, stdout and stderr as they came. */
  readonly output: string
}

/** What a command is run with. */
export interface GroupOptions {
  readonly cwd: string
  /** Folders that come first on the path. */
  readonly path: readonly string[]
  /** After this time it is killed, and fails. Default: 300. */
  readonly seconds?: number
}

/** What ends by itself shortly after the command, such as a helper whose pipe was closed, is waited for. */
const LINGER_MS = 5_000

/**
 * Runs a command in a process group of its own. It fails if it leaves a process behind, and with it perhaps a port: that
 * is killed, and the output says so. Never rejects.
 */
export async function runInGroup(
  command: string,
  args: readonly string[],
  { cwd, path, seconds = 300 }: GroupOptions,
): Promise<GroupEnd> {
  const env = { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0', PATH: [...path, process.env['PATH']].join(':') }
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, output]: [string[], string[]] = [[], []]
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout.push(text), output.push(text)))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void output.push(text))
  const closed = new Promise((resolve) => child.once('close', resolve))

  const timer = setTimeout(() => {
    output.push(`\nstopped after ${seconds} s\n`)
    killGroup(child.pid)
  }, seconds * 1_000)
  const code = await new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
    child.once('error', (error) => resolve((output.push(error.message), null)))
  })
  clearTimeout(timer)

  const isAlone = await groupEnded(child.pid)
  if (!isAlone) {
    output.push('\nit left a process running\n')
    killGroup(child.pid)
  }
  if (child.pid !== undefined) await closed
  return { ok: code === 0 && isAlone, stdout: stdout.join(''), output: output.join('') }
}

async function groupEnded(id: number | undefined): Promise<boolean> {
  for (const deadline = Date.now() + LINGER_MS; Date.now() < deadline;) {
    if (!isAlive(id)) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return !isAlive(id)
}

function isAlive(id: number | undefined): boolean {
  return signalGroup(id, 0)
}

function killGroup(id: number | undefined): void {
  signalGroup(id, 'SIGKILL')
}

/** Whether there was anybody to send it to. */
function signalGroup(id: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (id === undefined) return false
  try {
    return process.kill(-id, signal)
  } catch {
    return false
  }
}
