import * as nodeFs from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { join, sep } from 'node:path'
import type { FoundFile, FoundFiles } from '../../ports/files.ts'
import type { FileState } from '../../ports/file-state.ts'
import { sizeAt, stateAt, stateOf } from './bulk/file-states.ts'
import { FileSource } from './file-source.ts'
import type { FileOnDisk } from './file-source.ts'
import type { UserFileSystem } from './user-file-system.ts'

/** What a file is called. */
export interface FileNames {
  /** Relative to the folder that is walked. */
  readonly path: string
  /** What errors call it. */
  readonly name: string
  /** Free of links. */
  readonly realPath: string
}

/** A file that was looked at. */
export function foundFile(fs: UserFileSystem, { path, name, realPath }: FileNames, stats: BigIntStats): FoundFile {
  const sizeBytes = Number(stats.size)
  const source = new FileSource(fs, { realPath, name, sizeBytes })
  return { path, sizeBytes, state: fs === nodeFs ? stateOf(stats) : null, source }
}

/** Files that were listed together. */
export interface Listing {
  /** What the walked folder is called. */
  readonly root: string
  /** The folder that was listed, with all below it: relative to the walked one, and without links. */
  readonly folder: { readonly path: string; readonly real: string }
  /** Relative to the listed folder. */
  readonly files: readonly string[]
  readonly states: BigInt64Array
}

/** Files that were listed together: one is put together when somebody asks for it. */
export class ListedFiles implements FoundFiles {
  /** In columns, `states` behind the last file perhaps of none. */
  readonly states: BigInt64Array
  readonly #listing: Listing
  #paths: readonly string[] | null = null

  constructor(listing: Listing) {
    this.#listing = listing
    this.states = listing.states
  }

  get length(): number {
    return this.#listing.files.length
  }

  /** Relative to the walked folder. */
  get paths(): readonly string[] {
    const { folder, files } = this.#listing
    this.#paths ??= folder.path === '' ? files : files.map((name) => `${folder.path}/${name}`)
    return this.#paths
  }

  *[Symbol.iterator](): Generator<ListedFile> {
    for (let index = 0; index < this.length; index++) yield new ListedFile(this.#listing, index)
  }
}

/**
 * One of very many files, most of which nobody will ask for more than their path and state: what else there is to know is
 * put together then.
 */
export class ListedFile implements FoundFile, FileOnDisk {
  readonly path: string
  readonly sizeBytes: number
  readonly #listing: Listing
  readonly #index: number
  #source: FileSource | null = null

  constructor(listing: Listing, index: number) {
    const { path } = listing.folder
    const name = listing.files[index]!
    this.path = path === '' ? name : `${path}/${name}`
    this.sizeBytes = sizeAt(listing.states, index)
    this.#listing = listing
    this.#index = index
  }

  get state(): FileState {
    return stateAt(this.#listing.states, this.#index)
  }

  get source(): FileSource {
    return (this.#source ??= new FileSource(nodeFs, this))
  }

  get name(): string {
    return join(this.#listing.root, this.path)
  }

  get realPath(): string {
    const { folder, files } = this.#listing
    return `${folder.real}${folder.real.endsWith(sep) ? '' : sep}${files[this.#index]!}`
  }
}
