import type { Digest } from '../../../domain/digest.ts'
import type { FileState, FolderStats } from '../../../ports/stat-cache.ts'
import { canKeep, ColumnsUnderWay, digestAt, isStateAt } from './columns.ts'
import type { Columns } from './columns.ts'
import { isRacy, isSettled } from './racy.ts'

/** Entries of one folder: as many as a manifest has. */
const ENTRIES_MAX = 1_000_000

/**
 * Entries that nobody asked for, beyond which they are dropped, unless as many were asked for: they are of files that went
 * away, or that one call of several left out.
 */
const UNASKED_MAX = 1_000

/** A folder as its columns were read. */
export interface OpenedFolder {
  readonly columns: Columns
  /** When it was opened, before anything in it was read. */
  readonly openedMs: number
  /** Takes what `decodeColumns` reads. */
  readonly keepBytes: (bytes: Uint8Array) => Promise<void>
}

/** What became of an entry that was kept. */
const UNASKED = 0
const ASKED = 1
const REPLACED = 2

/** The columns that were kept for a folder, and what is remembered since. */
export class RememberedStats implements FolderStats {
  readonly #opened: OpenedFolder
  /** Of each entry that was kept what became of it. */
  readonly #fates: Uint8Array
  /** Later entries go behind those that were kept. */
  readonly #added = new ColumnsUnderWay()
  #byPath: Map<string, number> | null = null
  #unaskedCount: number
  #next = 0

  constructor(opened: OpenedFolder) {
    this.#opened = opened
    this.#unaskedCount = opened.columns.paths.length
    this.#fates = new Uint8Array(this.#unaskedCount)
  }

  digestOf(path: string, state: FileState): Digest | null {
    const { columns } = this.#opened
    const index = this.#ask(path, ASKED)
    return index !== null && isStateAt(columns, index, state) ? digestAt(columns, index) : null
  }

  rememberRead(path: string, state: FileState, digest: Digest): void {
    if (!isRacy(state, this.#opened.openedMs)) this.#remember(path, state, digest)
  }

  rememberWritten(path: string, state: FileState, digest: Digest): void {
    if (isSettled(state)) this.#remember(path, state, digest)
  }

  async save(): Promise<void> {
    if (this.#added.count === 0) return
    this.#takeOver()
    await this.#opened.keepBytes(this.#added.encode())
  }

  #remember(path: string, state: FileState, digest: Digest): void {
    if (this.#added.count === ENTRIES_MAX || !canKeep(path)) return
    this.#ask(path, REPLACED)
    this.#added.add(path, state, digest)
  }

  /** Takes over what was not replaced, but for what nobody has asked for once that is too much. */
  #takeOver(): void {
    const { columns } = this.#opened
    const { length } = columns.paths
    const all = this.#unaskedCount <= Math.max(UNASKED_MAX, length - this.#unaskedCount + this.#added.count)
    for (let index = 0; index < length && this.#added.count < ENTRIES_MAX; index++) {
      const fate = this.#fates[index]
      if (fate === ASKED || (fate === UNASKED && all)) this.#added.addFrom(columns, index)
      this.#fates[index] = REPLACED
    }
  }

  /** The entry of a path that was kept and not replaced. Files are mostly asked for in the order in which they were kept. */
  #ask(path: string, fate: number): number | null {
    const index = this.#indexOf(path)
    if (index === undefined || this.#fates[index] === REPLACED) return null
    if (this.#fates[index] === UNASKED) this.#unaskedCount -= 1
    this.#fates[index] = fate
    return index
  }

  #indexOf(path: string): number | undefined {
    const { paths } = this.#opened.columns
    if (paths[this.#next] === path) return this.#next++
    this.#byPath ??= new Map(paths.map((known, index) => [known, index]))
    const index = this.#byPath.get(path)
    if (index !== undefined) this.#next = index + 1
    return index
  }
}
