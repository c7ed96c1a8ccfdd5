import * as nodeFs from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import type { FoundFile } from '../../ports/files.ts'
import type { FileState } from '../../ports/stat-cache.ts'
import { sizeAt, stateAt, stateOf } from './bulk/file-states.ts'
import { FileSource } from './file-source.ts'
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
  const source = new FileSource(fs, { realPath, path: name, sizeBytes })
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

/**
 * One of very many files, most of which nobody will ask for more than their path and state: what else there is to know is
 * put together then.
 */
export class ListedFile implements FoundFile {
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
    if (this.#source) return this.#source
    const { root, folder, files } = this.#listing
    const realPath = join(folder.real, files[this.#index]!)
    this.#source = new FileSource(nodeFs, { realPath, path: join(root, this.path), sizeBytes: this.sizeBytes })
    return this.#source
  }
}
