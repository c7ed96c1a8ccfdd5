import * as nodeFs from 'node:fs'
import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { LadingError } from '../../domain/errors.ts'
import type { BulkReader, BulkSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { FileByteSource } from '../../ports/files.ts'
import type { FileState } from '../../ports/file-state.ts'
import { isSameState, stateOf } from './bulk/file-states.ts'
import { FILE_READER } from './bulk-reader.ts'
import type { BulkFile } from './bulk-reader.ts'
import { errnoOf, fileError, onFile } from './file-errors.ts'
import type { UserFileSystem } from './user-file-system.ts'

/** Bytes of one read. Larger ones measured no faster, and cost memory for each file under way. */
const CHUNK_BYTES = 1024 * 1024

/** A regular file as it was found. */
export interface FileOnDisk {
  /** Where it is opened. Free of links at its end: one that has taken the file's place is not followed. */
  readonly realPath: string
  /** What errors call it. */
  readonly name: string
  readonly sizeBytes: number
}

/**
 * A file of the user as a source.
 *
 * - A read rejects `NOT_FOUND` when the file is gone before it is opened, and `CONFLICT` when it changes, shrinks or
 *   vanishes while it is read, or has another size than it was found with. When the last chunk is handed out, it is
 *   already known that all of them are of one state of the file.
 * - A later read rejects `CONFLICT` when the file is not in the state that the first one saw.
 * - A file of one chunk costs one buffer of its size; a larger one two of 1 MiB, with one chunk read ahead.
 * - The file is closed at the end, on an error, and when the reader stops early.
 */
export class FileSource implements FileByteSource, BulkSource, BulkFile {
  readonly #fs: UserFileSystem
  readonly #file: FileOnDisk
  #firstState: FileState | null = null
  #names: bigint | null = null

  constructor(fs: UserFileSystem, file: FileOnDisk) {
    this.#fs = fs
    this.#file = file
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes
  }

  get stateRead(): FileState | null {
    return this.#firstState
  }

  /** Other threads have no part in any other file system. */
  get bulk(): BulkSource | undefined {
    return this.#fs === nodeFs ? this : undefined
  }

  get reader(): BulkReader {
    return FILE_READER
  }

  get handle(): BulkFile {
    return this
  }

  get realPath(): string {
    return this.#file.realPath
  }

  /** From now on a read in any other state rejects `CONFLICT`. To be called before the first one. */
  expecting(state: FileState): this {
    this.#firstState = state
    return this
  }

  wasRead(state: FileState): boolean {
    this.#firstState ??= state
    return isSameState(state, this.#firstState)
  }

  async *read(options: CallOptions): AsyncGenerator<Uint8Array, void> {
    throwIfAborted(options)
    const handle = await this.#open()
    try {
      const status = await this.#expectedStatus(handle)
      if (this.sizeBytes === 0) await this.#assertEmpty(handle)
      else yield* this.#chunks(handle, status, options)
    } finally {
      await onFile(this.#file.name, handle.close())
    }
  }

  async *#chunks(handle: FileHandle, status: BigIntStats, options: CallOptions): AsyncGenerator<Uint8Array, void> {
    const nextBuffer = createRing(this.sizeBytes)
    let [ahead, position] = [this.#readChunk(handle, nextBuffer(), 0), 0]
    // Also marks a chunk that fails while its reader is still busy with the one before as handled.
    let settled = Promise.allSettled([ahead])
    try {
      while (position < this.sizeBytes) {
        const chunk = await ahead
        throwIfAborted(options)
        position += chunk.length
        if (position < this.sizeBytes) {
          ahead = this.#readChunk(handle, nextBuffer(), position)
          settled = Promise.allSettled([ahead])
        } else {
          this.#assertSame(await this.#statusOf(handle), stateOf(status), status.nlink)
        }
        yield chunk
      }
    } finally {
      await settled
    }
  }

  async #open(): Promise<FileHandle> {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = this.#fs.constants
    try {
      // A FIFO that has taken the file's place would otherwise hold up the open until somebody writes to it.
      return await this.#fs.promises.open(this.#file.realPath, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0))
    } catch (error) {
      throw errnoOf(error) === 'ELOOP' ? this.#changed('a link has taken its place', error) : this.#named(error)
    }
  }

  async #expectedStatus(handle: FileHandle): Promise<BigIntStats> {
    const status = await this.#statusOf(handle)
    if (!status.isFile()) throw this.#changed('it is no longer a regular file')
    if (Number(status.size) !== this.sizeBytes) {
      throw this.#changed(`it had ${this.sizeBytes} bytes when it was found and now has ${status.size}`)
    }
    this.#firstState ??= stateOf(status)
    this.#names ??= status.nlink
    this.#assertSame(status, this.#firstState, this.#names)
    return status
  }

  #statusOf(handle: FileHandle): Promise<BigIntStats> {
    return onFile(this.#file.name, handle.stat({ bigint: true }))
  }

  /** `names`: how many names the file had. None is left of one that was removed or replaced. */
  #assertSame(status: BigIntStats, before: FileState, names: bigint): void {
    const now = stateOf(status)
    if (now.sizeBytes !== before.sizeBytes) {
      throw this.#changed(`it had ${before.sizeBytes} bytes and now has ${now.sizeBytes}`)
    }
    if (status.nlink !== names) throw this.#changed('it was removed or replaced while it was read')
    if (!isSameState(now, before)) throw this.#changed('it changed while it was read')
  }

  /** Files of the kernel say that they are empty and are not. */
  async #assertEmpty(handle: FileHandle): Promise<void> {
    const { bytesRead } = await onFile(this.#file.name, handle.read(Buffer.allocUnsafe(1), 0, 1, 0))
    if (bytesRead > 0) throw this.#changed('it has bytes where the disk says that it is empty')
  }

  /** Fills the buffer, or reads to the end that the file is known to have. */
  async #readChunk(handle: FileHandle, buffer: Buffer, position: number): Promise<Uint8Array> {
    const chunk = buffer.subarray(0, Math.min(buffer.length, this.sizeBytes - position))
    for (let filled = 0; filled < chunk.length;) {
      const rest = handle.read(chunk, filled, chunk.length - filled, position + filled)
      const { bytesRead } = await onFile(this.#file.name, rest)
      if (bytesRead === 0) throw this.#changed(`it ended after ${position + filled} of ${this.sizeBytes} bytes`)
      filled += bytesRead
    }
    return chunk
  }

  #named(error: unknown): unknown {
    return fileError(error, this.#file.name)
  }

  #changed(detail: string, cause?: unknown): LadingError {
    const next = 'try again when it is not being written'
    return new LadingError('CONFLICT', { key: this.#file.name, detail, next, cause })
  }
}

/** Two buffers in turn: one is read while the reader has the other. A file of one chunk gets a buffer of its size. */
function createRing(sizeBytes: number): () => Buffer {
  const ring: Buffer[] = []
  let count = 0
  return () => {
    const turn = count++ % 2
    return (ring[turn] ??= Buffer.allocUnsafe(Math.min(sizeBytes, CHUNK_BYTES)))
  }
}
