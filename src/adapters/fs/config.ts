import * as nodeFileSystem from 'node:fs'
import { resolve } from 'node:path'
import { LadingError } from '../../domain/errors.ts'
import type { FileSystem, NodeFileSystem } from './client.ts'

/** Where a store lies, and how much it survives. */
export interface FsOptions {
  /** The store's own folder, absolute or relative to the working directory of this moment. Made on the first write. */
  readonly root: string
  /**
   * `full`: what was answered survives a power loss. `none`: nothing is synced, so a power loss may take what was
   * written shortly before; a killed process still loses nothing. Default `full`.
   */
  readonly durability?: 'full' | 'none'
  /** The file system to work on. Default `node:fs`. */
  readonly fs?: NodeFileSystem
}

/** Options with every default filled in and the root made absolute. */
export interface FsConfig {
  readonly root: string
  readonly durability: 'full' | 'none'
  readonly fs: FileSystem
  /** Whether other threads may do file work: they have `node:fs` and no other. */
  readonly threads: boolean
}

/** Fills in the defaults. Rejects an empty root and an unknown durability with `INVALID`. */
export function resolveConfig(options: FsOptions): FsConfig {
  const { root, durability = 'full', fs = nodeFileSystem } = options
  if (typeof root !== 'string' || root === '' || root.includes('\0')) {
    throw invalid(`root is ${JSON.stringify(root)}`, 'give the path of a folder')
  }
  if (durability !== 'full' && durability !== 'none') {
    throw invalid(`durability is ${JSON.stringify(durability)}`, 'say "full" or "none"')
  }
  // The option checks the names of the functions; that they do what node:fs does is its documented duty.
  const promises = fs.promises as unknown as FileSystem
  return Object.freeze({ root: resolve(root), durability, fs: promises, threads: fs === nodeFileSystem })
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { operation: 'createFsObjectStore', adapter: 'fs', detail, next })
}
