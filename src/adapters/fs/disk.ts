import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FileStatus, FileSystem } from './client.ts'
import type { FsConfig } from './config.ts'
import { isErrno } from './errors.ts'
import { Folders } from './folders.ts'
import { isMarked, markOf } from './mark.ts'
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
  /** Whether the disk takes the mark of staged objects. Where it does not, every object looks pristine. */
  #marks = true
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

  /** Whether the disk takes names for one that differ only in case. Makes a temporary file once to see it. */
  async foldsCase(): Promise<boolean> {
    if (this.spelling.folds === null) {
      const path = this.temporaryPath()
      const handle = await this.folders.inFolderOf(path, () => this.fs.open(path, 'wx'))
      await handle.close()
      await this.assertNew(STAGING)
      await this.fs.unlink(path)
    }
    return this.spelling.folds ?? false
  }

  get marks(): boolean {
    return this.#marks
  }

  /** Marks a staged file, by its path: Node's permission model denies changing times through a handle. */
  async mark(path: string): Promise<void> {
    const mark = markOf(Date.now())
    try {
      await this.fs.utimes(path, mark, mark)
    } catch (error) {
      if (!isErrno(error, 'EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP')) throw error
      this.#marks = false
    }
  }

  /** Whether a file is as it was when it was staged, as far as can be seen. */
  isPristine(status: Pick<FileStatus, 'mtimeNs'>): boolean {
    return !this.#marks || isMarked(status)
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
