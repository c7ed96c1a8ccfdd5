import { LadingError } from '../../domain/errors.ts'
import type { CallOptions } from '../../ports/call.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { FileHandle, FileStatus, FileSystem } from './client.ts'
import type { Disk } from './disk.ts'
import { isErrno, translated } from './errors.ts'
import { READ_ONLY } from './mark.ts'

/** How a file is staged. */
interface StagingOptions extends CallOptions {
  /** Whether it gets the mark by which a later change is noticed. */
  readonly marked?: boolean
}

/**
 * A file below `staging/` that becomes an object under a name given at the end. A process that is killed leaves that
 * file behind and nothing else.
 *
 * A small object costs open, write, stat, fsync, close, link and unlink, one after the other.
 */
export class StagedFile {
  readonly #disk: Disk
  readonly #options: StagingOptions
  readonly #path: string
  #handle: FileHandle | null = null
  #made = false
  #sizeBytes = 0

  constructor(disk: Disk, options: StagingOptions) {
    this.#disk = disk
    this.#options = options
    this.#path = disk.temporaryPath()
  }

  /** Appends a chunk. Rejects `ABORTED`, `UNAVAILABLE`, `UNAUTHORIZED`. */
  async write(chunk: Uint8Array): Promise<void> {
    throwIfAborted(this.#options)
    await translated('none', async () => {
      const handle = await this.#open()
      for (let offset = 0; offset < chunk.length;) {
        offset += (await handle.write(chunk, offset, chunk.length - offset)).bytesWritten
      }
    })
    this.#sizeBytes += chunk.length
  }

  /**
   * Gives the file its name if that is free. Its bytes are durable when it answers, its name only once the folder is
   * synced. Rejects `ABORTED`, `UNKNOWN_OUTCOME`, and what `write` rejects.
   */
  async publish(key: string): Promise<'created' | 'exists' | 'suspect'> {
    throwIfAborted(this.#options)
    await this.#assertSpelled(key)
    const answer = (await this.#look(key)) ?? (await this.#link(key))
    if (answer !== 'suspect') await this.discard()
    return answer
  }

  /** Gives the file its name, whatever has it now: whole, old or new. Its bytes are durable if they are to be marked. */
  async replace(key: string): Promise<void> {
    await translated('none', async () => {
      const found = await this.#disk.statusOf(key)
      if (found?.isDirectory()) throw isFolder()
      await this.#assertSpelled(key)
      // A content that a crash of the machine leaves empty is whole if it is to be empty.
      await this.#seal({ sync: this.#options.marked === true || this.#sizeBytes > 0 })
    })
    throwIfAborted(this.#options)
    const path = this.#disk.pathOf(key)
    await translated('possible', () =>
      this.#disk.folders.inFolderOf(path, () => this.#disk.fs.rename(this.#path, path)),
    )
    this.#made = false
  }

  /** Drops the file. What cannot be removed stays below `staging/`, where a sweep by age finds it: never rejects. */
  async discard(): Promise<void> {
    await this.#close().catch(() => undefined)
    if (this.#made) await this.#disk.fs.unlink(this.#path).catch(() => undefined)
    this.#made = false
  }

  /** Looking first spares the sync of bytes that are there already, the dearest part of logging known content. */
  async #look(key: string): Promise<'exists' | 'suspect' | null> {
    if (!this.#disk.durable) return null
    const found = await translated('none', () => this.#disk.statusOf(key))
    return found && this.#judge(found)
  }

  #judge(found: FileStatus): 'exists' | 'suspect' {
    if (found.isDirectory()) throw isFolder()
    if (!this.#options.marked) return 'exists'
    const isSound = this.#disk.isPristine(found) && Number(found.size) === this.#sizeBytes
    return isSound ? 'exists' : 'suspect'
  }

  async #link(key: string): Promise<'created' | 'exists' | 'suspect'> {
    await translated('none', () => this.#seal({ sync: true }))
    throwIfAborted(this.#options)
    const path = this.#disk.pathOf(key)
    try {
      await this.#disk.folders.inFolderOf(path, () => this.#disk.fs.link(this.#path, path))
    } catch (error) {
      return translated('possible', () => this.#taken(key, error))
    }
    // A rival may have made one of its folders, in his spelling, since that was looked at.
    await this.#assertSpelled(key)
    return 'created'
  }

  /** What the object that has taken the name is worth; throws what went wrong if there is none. */
  async #taken(key: string, error: unknown): Promise<'exists' | 'suspect'> {
    if (!isErrno(error, 'EEXIST')) throw error
    const found = await this.#disk.statusOf(key)
    // What has the name and leads to nothing, as a link to a disk that is not there, holds no bytes.
    const answer = found === null ? 'suspect' : this.#judge(found)
    await this.#assertSpelled(key)
    return answer
  }

  /** On a disk that folds case a name that only looks free may be another's. */
  async #assertSpelled(key: string): Promise<void> {
    await translated('none', async () => {
      // Makes sure of a temporary file, from which it is seen whether the disk does so.
      if (!this.#made) await this.#open()
      await this.#disk.assertNew(key)
    })
  }

  async #seal({ sync }: { readonly sync: boolean }): Promise<void> {
    // A file that was sealed before is whole already: what is left is its name.
    if (this.#made && this.#handle === null) return
    const handle = await this.#open()
    if (this.#options.marked) await this.#disk.mark(this.#path)
    if (sync && this.#disk.durable) await handle.sync()
    // Network file systems report what they could not write as late as here.
    await this.#close()
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle) return this.#handle
    this.#handle = await this.#disk.folders.inFolderOf(this.#path, () => create(this.#disk.fs, this.#path))
    this.#made = true
    return this.#handle
  }

  async #close(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.close()
  }
}

async function create(fs: FileSystem, path: string): Promise<FileHandle> {
  try {
    return await fs.open(path, 'wx', READ_ONLY)
  } catch (error) {
    if (!isErrno(error, 'EACCES')) throw error
  }
  // memfs holds the mode against the very call that makes the file, and leaves it there. Whether access is really
  // denied shows at the second try.
  await fs.unlink(path).catch(() => undefined)
  const handle = await fs.open(path, 'wx', 0o600)
  await handle.chmod(READ_ONLY)
  return handle
}

function isFolder(): LadingError {
  return new LadingError('INVALID', {
    detail: 'a folder is where the object would be: on a disk a key is never both',
    next: 'use another key, or move the folder away',
  })
}
