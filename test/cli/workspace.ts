import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInProcess } from '../../scripts/cli-examples.ts'

/** What a finished command left. */
export interface Outcome {
  /** Null when a signal killed it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How a command is run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Another entry point than the bin: `start.ts`. */
  readonly entry?: string
}

/** A temporary folder in which the CLI runs as a child process. */
export interface Workspace extends AsyncDisposable {
  readonly folder: string
  path(...parts: string[]): string
  write(path: string, content: string | Uint8Array): Promise<void>
  /** Starts a command. */
  start(args: readonly string[], options?: RunOptions): ChildProcessWithoutNullStreams
  /** Runs a command to its end. */
  lading(args: readonly string[], options?: RunOptions): Promise<Outcome>
  /** Runs a command in this process, one at a time: far quicker, where the claim is not about a process. */
  play(args: readonly string[], options?: Pick<RunOptions, 'env'>): Promise<Outcome>
  /**
   * Plays a command with `--json`; fails unless it succeeds and stdout is one JSON value. Code of a configuration is
   * loaded once.
   */
  json(args: readonly string[], options?: Pick<RunOptions, 'env'>): Promise<unknown>
}

const CLI = fileURLToPath(new URL('../../src/cli/', import.meta.url))

/** Stripping the types of all modules again would be most of the time that a command takes. */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/lading-cli', import.meta.url))

/** A workspace without a store. Dispose of it: that removes the folder, and what still runs in it. */
export async function createWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-cli-'))
  const children = new Set<ChildProcessWithoutNullStreams>()
  const path = (...parts: string[]) => join(folder, ...parts)
  const start = (args: readonly string[], { env = {}, entry = 'main.ts' }: RunOptions = {}) => {
    const child = spawn(process.execPath, [join(CLI, entry), ...args], { cwd: folder, env: cleanEnvironment(env) })
    children.add(child)
    return child
  }
  const lading = (args: readonly string[], options?: RunOptions) => finished(start(args, options))
  const play: Workspace['play'] = (args, { env = {} } = {}) =>
    inPlace(folder, { ...cleanEnvironment(env) }, async () => {
      const { exitCode: code, stdout, stderr } = await runInProcess(args)
      return { code, stdout, stderr }
    })
  return {
    folder,
    path,
    async write(name, content) {
      await mkdir(dirname(path(name)), { recursive: true })
      await writeFile(path(name), content)
    },
    start,
    lading,
    play,
    async json(args, options) {
      const { code, stdout, stderr } = await play([...args, '--json'], options)
      if (code !== 0) throw new Error(`lading ${args.join(' ')} ended with ${code}: ${stderr}`)
      return JSON.parse(stdout) as unknown
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Does something with another working folder and environment. */
async function inPlace<T>(folder: string, env: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  const before = { folder: process.cwd(), env: process.env }
  process.chdir(folder)
  process.env = env
  try {
    return await work()
  } finally {
    process.env = before.env
    process.chdir(before.folder)
  }
}

/** Waits for the end of a child and for all of its output. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { code, stdout, stderr }
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  stream.setEncoding('utf8')
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

/** An environment for the CLI: nothing of the developer's own settings may reach a test, nor a test his cache. */
export function cleanEnvironment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const ours = /^(LADING_|NO_COLOR$|FORCE_COLOR$|NODE_OPTIONS$|NODE_DISABLE_COLORS$)/
  const foreign = Object.entries(process.env).filter(([name]) => !ours.test(name))
  return { ...Object.fromEntries(foreign), NODE_COMPILE_CACHE: COMPILE_CACHE, LADING_CACHE: 'off', ...env }
}
