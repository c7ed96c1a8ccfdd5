import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FileStatus, FileSystem } from './client.ts'
import type { FsConfig } from './config.ts'
import { isErrno } from './errors.ts'
import { Folders } from './folders.ts'
import { isWithin } from './is-within.ts'
import { Spelling } from './spelling.ts'

/** Keys below this prefix are temporary: nothing relies on them, and old ones may be swept. */
const STAGING = 'staging'

/** A store's folder: where keys lie, where temporary files go, what is there. */
export class Disk {
  readonly fs: FileSystem
  readonly folders: Folders
  readonly spelling: Spelling
  /** Whether files are synced before anyone can see them. */
  readonly durable: boolean
  readonly #root: string
  /** Tells handles apart on all machines that share the folder; the process id is for people. */
  readonly #handle = `${process.pid}-${randomBytes(8).toString('hex')}`
  #temporaries = 0

  constructor(config: FsConfig) {
    this.fs = config.fs
    this.folders = new Folders(config)
    this.durable = config.durability === 'full'
    this.#root = config.root
    this.spelling = new Spelling(this)
  }

  /** Where a key, or a prefix of keys, lies. */
  pathOf(key: string): string {
    const path = join(this.#root, key)
    assert(isWithin(path, this.#root), `the key ${key} leads out of the store`)
    return path
  }

  /** Rejects `CONFLICT` if a key that is about to be made is there in another spelling. A temporary file must be there. */
  assertNew(key: string): Promise<void> {
    return this.spelling.assertNew(key, STAGING)
  }

  /** A path for a temporary file that nobody else will ever use. */
  temporaryPath(): string {
    return this.pathOf(`${STAGING}/${this.#handle}-${this.#temporaries++}`)
  }

  /** What is at a key, be it an object or a folder; null when nothing is. */
  async statusOf(key: string): Promise<FileStatus | null> {
    return this.orAbsent(() => this.fs.stat(this.pathOf(key), { bigint: true }))
  }

  /** Looks something up; null when there is no such file. Throws when the root itself is no folder. */
  async orAbsent<T>(look: () => Promise<T>): Promise<T | null> {
    try {
      return await look()
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null
      // A folder that is asked for as a file. Linux says so when it is read, Windows when it is opened.
      if (isErrno(error, 'EISDIR')) return null
      // A key below an object, which no store has; or the root is a file, and then nothing may look empty.
      if (isErrno(error, 'ENOTDIR') && (await this.#rootIsFolder())) return null
      throw error
    }
  }

  async #rootIsFolder(): Promise<boolean> {
    const status = await this.fs.stat(this.#root, { bigint: true })
    return status.isDirectory()
  }
}

/** Changes whenever the content does: a file is never changed in place, and a new one has another number or time. */
export function etagOf({ ino, size, mtimeNs }: FileStatus): string {
  return `${ino}-${size}-${mtimeNs}`
}
