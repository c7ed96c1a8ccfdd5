import { LadingError } from '../../domain/errors.ts'
import type { FileStatus, FileSystem } from './client.ts'

/** What is asked of the disk of a store. */
interface SpelledDisk {
  readonly fs: Pick<FileSystem, 'readdir'>
  pathOf(key: string): string
  statusOf(key: string): Promise<FileStatus | null>
  orAbsent<T>(look: () => Promise<T>): Promise<T | null>
}

/** Names that are remembered, on a disk that folds case only. */
const SEEN_MAX = 100_000

/**
 * Keeps keys apart on a disk that cannot: where `Model` and `model` are one file, a key is only ever found, made or
 * deleted in the spelling that is on disk; any other rejects `CONFLICT`.
 *
 * What the disk can is seen from the first object that is found or made: another spelling of its key leads to the same
 * file, or to nothing. That costs one `stat` for each handle, nothing is written for it, and on a disk that tells all
 * names apart it is all. On one that folds case each name that was not seen yet costs a `readdir` of its folder. That
 * all folders of a store are on disks of one kind is taken for granted.
 */
export class Spelling {
  readonly #disk: SpelledDisk
  /** Null until an object was seen. */
  #folds: boolean | null = null
  /** Keys, and folders of keys, that are on disk as they are spelled here. */
  readonly #seen = new Set<string>()

  constructor(disk: SpelledDisk) {
    this.#disk = disk
  }

  /** Whether the disk takes names for one that differ only in case; null while it is not known. */
  get folds(): boolean | null {
    return this.#folds
  }

  /** Rejects `CONFLICT` unless what was found at a key, an object or a folder, has that very name. */
  async assertFound(key: string, { ino }: Pick<FileStatus, 'ino'>): Promise<void> {
    if (this.#folds === null) await this.#learn(key, ino)
    if (this.#folds) await this.#assertSpelled(key)
  }

  /** The same for a key at which there may be nothing. */
  async assertKey(key: string): Promise<void> {
    if (this.#folds === null) {
      const found = await this.#disk.statusOf(key)
      if (found) await this.#learn(key, found.ino)
    }
    if (this.#folds) await this.#assertSpelled(key)
  }

  /** The same for a key that is about to be made. `present` is a folder that is there. */
  async assertNew(key: string, present: string): Promise<void> {
    this.#folds ??= (await this.#disk.statusOf(otherSpelling(present))) !== null
    if (this.#folds) await this.#assertSpelled(key)
  }

  /** Whoever makes the key next may spell it in another way. */
  forget(key: string): void {
    this.#seen.delete(key)
  }

  async #learn(key: string, ino: bigint): Promise<void> {
    const other = otherSpelling(key)
    if (other === key) return
    const found = await this.#disk.statusOf(other)
    // Two files: either both spellings are there, or the one was replaced in between. The next look tells.
    if (found === null || found.ino === ino) this.#folds = found !== null
  }

  async #assertSpelled(key: string): Promise<void> {
    let path = ''
    for (const name of key.split('/')) {
      if (name === '') continue
      const folder = path
      path += folder === '' ? name : `/${name}`
      if (this.#seen.has(path)) continue
      const found = await this.#nameIn(folder, name)
      if (found === null) return
      if (found !== name) throw spelledOtherwise(name, found)
      if (this.#seen.size >= SEEN_MAX) this.#seen.clear()
      this.#seen.add(path)
    }
  }

  /** How the disk spells a name; null when there is none. */
  async #nameIn(folder: string, name: string): Promise<string | null> {
    const look = () => this.#disk.fs.readdir(this.#disk.pathOf(folder), { withFileTypes: true })
    const names = ((await this.#disk.orAbsent(look)) ?? []).map((entry) => entry.name)
    if (names.includes(name)) return name
    return names.find((candidate) => candidate.toLowerCase() === name.toLowerCase()) ?? null
  }
}

/** Keys are ASCII, so that each letter has one other case. */
function otherSpelling(key: string): string {
  const upper = key.toUpperCase()
  return upper === key ? key.toLowerCase() : upper
}

function spelledOtherwise(name: string, found: string): LadingError {
  return new LadingError('CONFLICT', {
    detail: `the store has "${found}" where "${name}" is asked for, and its disk cannot tell upper from lower case`,
    next: `say "${found}", or choose a name that differs in more than case`,
  })
}
