import { sep } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import type { NodeFileSystem } from '../../src/adapters/fs/client.ts'
import type { UserFileSystem } from '../../src/adapters/fs/user-file-system.ts'

/** How a disk spells names for itself: two that come out alike are one file. */
export type Fold = (name: string) => string

/** Disks as Windows and macOS have them. */
export const FOLDS = {
  'folds case': (name: string) => name.toLowerCase(),
  'folds case and normalises': (name: string) => name.normalize('NFD').toLowerCase(),
} as const satisfies Record<string, Fold>

/** Calls that make or remove a name, and which of their arguments that is. */
const MAKES: Readonly<Record<string, number>> = { mkdir: 0, writeFile: 0, open: 0, link: 1, rename: 1 }
const REMOVES: Readonly<Record<string, number>> = { unlink: 0, rm: 0, rmdir: 0, rename: 0 }
const TWO_PATHS = new Set(['link', 'rename'])

type Call = (...args: unknown[]) => Promise<unknown>

/** A disk in memory that keeps the spelling of a name as it was made and finds it in every spelling that folds alike. */
export function foldingFs(fold: Fold): NodeFileSystem & UserFileSystem {
  const inner = createFsFromVolume(new Volume())
  const names = new Names(fold)
  const promises = new Proxy(inner.promises, {
    get: (target, property: string) => {
      const call = Reflect.get(target, property) as Call
      return typeof call === 'function' ? folded(property, call.bind(target), names) : call
    },
  })
  // memfs has these functions; its declared types are merely wider.
  return { constants: inner.constants, promises } as unknown as NodeFileSystem & UserFileSystem
}

function folded(name: string, call: Call, names: Names): Call {
  return async (...args) => {
    const paths = TWO_PATHS.has(name) ? 2 : 1
    const given = args.map((arg, index) => (index < paths && typeof arg === 'string' ? names.spelled(arg) : arg))
    const made = name === 'open' && !/[wa]/.test(String(args[1])) ? undefined : MAKES[name]
    const undo = made === undefined ? () => {} : names.make(String(given[made]))
    try {
      const answer = await call(...given)
      const removed = REMOVES[name]
      if (removed !== undefined) names.remove(String(given[removed]))
      return answer
    } catch (error) {
      undo()
      throw error
    }
  }
}

/** Folded path → the spelling on disk. */
class Names {
  readonly #fold: Fold
  readonly #spellings = new Map<string, string>()

  constructor(fold: Fold) {
    this.#fold = fold
  }

  spelled(path: string): string {
    let found = ''
    for (const name of path.split(sep).slice(1)) {
      found = this.#spellings.get(this.#key(`${found}${sep}${name}`)) ?? `${found}${sep}${name}`
    }
    return found
  }

  /** Answers how to undo it. */
  make(path: string): () => void {
    const key = this.#key(path)
    if (this.#spellings.has(key)) return () => {}
    this.#spellings.set(key, path)
    return () => this.#spellings.delete(key)
  }

  remove(path: string): void {
    this.#spellings.delete(this.#key(path))
  }

  #key(path: string): string {
    return path.split(sep).map(this.#fold).join(sep)
  }
}
