import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { assertTrusted } from './assert-trusted.ts'

/** What an `import` of Node takes, https://nodejs.org/api/packages.html#conditional-exports */
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'default'])

/**
 * The module that `import name` in a project's own folder stands for; null when the project has no such package, or that
 * exports nothing.
 *
 * A project has what lies in its own `node_modules` and, since there package managers put what members share, in that of
 * the nearest workspace root above it. Nowhere else, though an import would look in every folder up to the top: what
 * somebody left in `/tmp` or in a home folder was not installed for this project. Rejects as `assertTrusted` does where the
 * package lies in a workspace root that may be of somebody else.
 *
 * By hand, because `import.meta.resolve` resolves for its own file alone, `require` does not know packages that have only an
 * `import` entry, and `vm` warns that it is experimental when it imports.
 */
export async function packageEntry(name: string, project: string): Promise<string | null> {
  const own = await entryIn(project, name)
  if (own !== undefined) return own
  const mark = await workspaceMark(dirname(project))
  const shared = mark === null ? undefined : await entryIn(dirname(mark), name)
  if (mark === null || shared === undefined) return null
  await assertTrusted(mark)
  return shared
}

/** The file that makes a folder above a project its workspace root: of npm, Yarn and Bun, or of pnpm. */
async function workspaceMark(folder: string): Promise<string | null> {
  const [packageJson, pnpm] = [join(folder, 'package.json'), join(folder, 'pnpm-workspace.yaml')]
  if (hasWorkspaces((await readIfPresent(packageJson)) ?? '{}')) return packageJson
  if ((await readIfPresent(pnpm)) !== null) return pnpm
  return folder === dirname(folder) ? null : workspaceMark(dirname(folder))
}

function hasWorkspaces(packageJson: string): boolean {
  try {
    return (JSON.parse(packageJson) as { workspaces?: unknown } | null)?.workspaces !== undefined
  } catch {
    // A file above the project that is no JSON makes nothing a workspace.
    return false
  }
}

/** Undefined when the package is not there. */
async function entryIn(folder: string, name: string): Promise<string | null | undefined> {
  const home = join(folder, 'node_modules', name)
  const path = join(home, 'package.json')
  const text = await readIfPresent(path)
  if (text === null) return undefined
  const { exports } = JSON.parse(text) as { exports?: unknown }
  // Without exports the rules of `main` count, which are the same for both ways of loading.
  if (exports === undefined) return createRequire(path).resolve(home)
  const entry = pick(rootOf(exports))
  return entry ? join(home, entry) : null
}

/** A folder that may not be looked into has nothing for this user. */
async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

function rootOf(exports: unknown): unknown {
  return typeof exports === 'object' && exports !== null && '.' in exports ? exports['.'] : exports
}

/** Undefined when no condition fits; null when the one that fits exports nothing, or nothing in the package. */
function pick(target: unknown): string | null | undefined {
  if (typeof target === 'string') return target.startsWith('./') && !target.split('/').includes('..') ? target : null
  if (typeof target !== 'object' || target === null) return null
  const usable = Object.entries(target).filter(([condition]) => Array.isArray(target) || CONDITIONS.has(condition))
  for (const [, value] of usable) {
    const entry = pick(value)
    if (entry || (entry === null && !Array.isArray(target))) return entry
  }
  return undefined
}
