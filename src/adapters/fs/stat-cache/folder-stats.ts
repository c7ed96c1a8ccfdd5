import type { Digest } from '../../../domain/digest.ts'
import type { KnownContent } from '../../../domain/manifest.ts'
import type { FoundFiles } from '../../../ports/files.ts'
import type { FileState } from '../../../ports/file-state.ts'
import type { FolderStats } from '../../../ports/stat-cache.ts'
import { digestAt } from '../bulk/digest-names.ts'
import { sizeAt } from '../bulk/file-states.ts'
import { ListedFiles } from '../found-file.ts'
import { areStatesAt, canKeep, ColumnsUnderWay, isStateAt } from './columns.ts'
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
/** Asked for in another state: not kept, for nobody has seen the file in this one. */
const MISSED = 3

/** The columns that were kept for a folder, and what is remembered since. */
export class RememberedStats implements FolderStats {
  readonly #opened: OpenedFolder
  /** Of each entry that was kept what became of it. */
  readonly #fates: Uint8Array
  /** In the order in which they were asked for, which is that of the next walk. */
  readonly #asked: string[] = []
  readonly #added = new Map<string, { readonly state: FileState; readonly digest: Digest }>()
  #whole: KnownContent | null = null
  #byPath: Map<string, number> | null = null
  #unaskedCount: number
  #next = 0
  #metCount = 0

  constructor(opened: OpenedFolder) {
    this.#opened = opened
    this.#unaskedCount = opened.columns.paths.length
    this.#fates = new Uint8Array(this.#unaskedCount)
  }

  get whole(): KnownContent | null {
    const { paths, whole } = this.#opened.columns
    return this.#metCount === paths.length ? whole : null
  }

  goesOn(files: FoundFiles): boolean {
    const { columns } = this.#opened
    if (columns.whole === null || !(files instanceof ListedFiles)) return false
    if (!areStatesAt(columns, this.#metCount, files)) return false
    this.#metCount += files.length
    return true
  }

  blobs(): readonly { readonly digest: Digest; readonly sizeBytes: number }[] {
    const { columns } = this.#opened
    return columns.paths.map((_, index) => ({
      digest: digestAt(columns.digests, index),
      sizeBytes: sizeAt(columns.states, index),
    }))
  }

  digestOf(path: string, state: FileState): Digest | null {
    const { columns } = this.#opened
    this.#asked.push(path)
    const index = this.#ask(path, ASKED)
    if (index === null) return null
    if (isStateAt(columns, index, state)) return digestAt(columns.digests, index)
    this.#fates[index] = MISSED
    return null
  }

  rememberRead(path: string, state: FileState, digest: Digest): void {
    if (!isRacy(state, this.#opened.openedMs)) this.#remember(path, state, digest)
  }

  rememberWritten(path: string, state: FileState, digest: Digest): void {
    if (isSettled(state)) this.#remember(path, state, digest)
  }

  rememberWhole(content: KnownContent): void {
    this.#whole = content
  }

  async save(): Promise<void> {
    if (this.#added.size === 0 && (this.#whole === null || this.whole !== null)) return
    const kept = new ColumnsUnderWay()
    this.#takeAsked(kept)
    const isWhole = this.#whole !== null && kept.count === this.#whole.fileCount
    this.#takeUnasked(kept)
    await this.#opened.keepBytes(kept.encode(isWhole && kept.count === this.#whole?.fileCount ? this.#whole : null))
    this.#added.clear()
    this.#whole = null
  }

  #remember(path: string, state: FileState, digest: Digest): void {
    if (this.#added.size === ENTRIES_MAX || !canKeep(path)) return
    this.#ask(path, REPLACED)
    this.#added.set(path, { state, digest })
  }

  /** What was asked for and is known, or was learned since; what nobody has asked for but learned comes behind it. */
  #takeAsked(kept: ColumnsUnderWay): void {
    const { columns } = this.#opened
    this.#next = 0
    const added = new Map(this.#added)
    for (const path of this.#asked) {
      const learned = added.get(path)
      const index = this.#indexOf(path)
      if (kept.count === ENTRIES_MAX) return
      if (learned) kept.add(path, learned.state, learned.digest)
      else if (index !== undefined && this.#fates[index] === ASKED) kept.addFrom(columns, index)
      added.delete(path)
      if (index !== undefined) this.#fates[index] = REPLACED
    }
    for (const [path, { state, digest }] of added) if (kept.count < ENTRIES_MAX) kept.add(path, state, digest)
  }

  /** What nobody has asked for, unless it is too much. */
  #takeUnasked(kept: ColumnsUnderWay): void {
    const { columns } = this.#opened
    const { length } = columns.paths
    if (this.#unaskedCount > Math.max(UNASKED_MAX, length - this.#unaskedCount + this.#added.size)) return
    for (let index = 0; index < length && kept.count < ENTRIES_MAX; index++) {
      if (this.#fates[index] === UNASKED) kept.addFrom(columns, index)
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
