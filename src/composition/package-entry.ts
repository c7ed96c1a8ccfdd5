import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What an `import` of Node takes, https://nodejs.org/api/packages.html#conditional-exports */
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'default'])

/**
 * The module that `import name` in a file of a folder stands for; null when no `node_modules` upwards has the package, or
 * it exports nothing. By hand, because `import.meta.resolve` resolves for its own file alone and `require` does not know
 * packages that have only an `import` entry.
 */
export async function packageEntry(name: string, folder: string): Promise<string | null> {
  const home = join(folder, 'node_modules', name)
  const text = await readIfPresent(join(home, 'package.json'))
  if (text === null) return folder === dirname(folder) ? null : packageEntry(name, dirname(folder))
  const { exports, main } = JSON.parse(text) as { exports?: unknown; main?: unknown }
  const entry = exports === undefined ? (typeof main === 'string' ? main : 'index.js') : pick(rootOf(exports))
  return entry === null ? null : join(home, entry)
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

function rootOf(exports: unknown): unknown {
  return typeof exports === 'object' && exports !== null && '.' in exports ? exports['.'] : exports
}

function pick(target: unknown): string | null {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) return null
  const usable = Object.entries(target).filter(([condition]) => Array.isArray(target) || CONDITIONS.has(condition))
  for (const [, value] of usable) {
    const entry = pick(value)
    if (entry !== null) return entry
  }
  return null
}
