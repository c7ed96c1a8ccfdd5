import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root of the checkout, with a slash at the end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What a finished command left. */
export interface Finished {
  readonly ok: boolean
  readonly stdout: string
  /** All that it said: stdout, then stderr. */
  readonly output: string
}

/** Runs a tool of node_modules/.bin, or `node` or `npm`, in the root or in `cwd`. Never throws. */
export function run(command: string, args: readonly string[], cwd: string = ROOT): Finished {
  const path = `${ROOT}node_modules/.bin:${process.env['PATH']}`
  const done = spawnSync(command, args, {
    cwd,
    env: { ...process.env, PATH: path, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stdout = done.stdout ?? ''
  return { ok: done.status === 0, stdout, output: `${stdout}${done.stderr ?? ''}${done.error?.message ?? ''}` }
}

/** The committed TypeScript and JavaScript of the project, relative to `root`, in order. */
export function sourceFiles(folders: readonly string[], root: string = ROOT): string[] {
  const patterns = folders.map((folder) => `${folder}/**/*.{ts,mts,js,mjs}`)
  return globSync(patterns, { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted()
}
