import type { SyncFileSystem } from './sync-file-system.ts'

/** Pieces of memory that are filled or being written at once. */
const BUFFERS_MAX = 8

/** Writes chunks to an open file in another thread while the next ones are read and hashed in this one. */
export class WriteBehind {
  readonly #fs: SyncFileSystem
  readonly #file: number
  readonly #bufferBytes: number
  readonly #free: Buffer[] = []
  #made = 0
  #underWay = 0
  #error: unknown = null
  #wake: () => void = () => {}

  constructor(fs: SyncFileSystem, file: number, bufferBytes: number) {
    this.#fs = fs
    this.#file = file
    this.#bufferBytes = bufferBytes
  }

  /** Memory that nobody reads. Waits until some is free; rejects with what a write met. */
  async nextBuffer(): Promise<Buffer> {
    while (this.#free.length === 0 && this.#made === BUFFERS_MAX) await this.#written()
    if (this.#error !== null) throw this.#error
    const free = this.#free.pop()
    if (free) return free
    this.#made += 1
    return Buffer.allocUnsafeSlow(this.#bufferBytes)
  }

  /** Begins to write the first bytes of a buffer, which is its own until they are written. */
  write(buffer: Buffer, { count, position }: { readonly count: number; readonly position: number }): void {
    this.#underWay += 1
    this.#writeFrom(buffer, { from: 0, count, position })
  }

  /** Waits for all writes. Rejects with what one of them met. */
  async end(): Promise<void> {
    while (this.#underWay > 0) await this.#written()
    if (this.#error !== null) throw this.#error
  }

  #writeFrom(buffer: Buffer, part: { readonly from: number; readonly count: number; readonly position: number }): void {
    const { from, count, position } = part
    this.#fs.write(this.#file, buffer, from, count - from, position + from, (error, written) => {
      if (error === null && from + written < count) this.#writeFrom(buffer, { from: from + written, count, position })
      else this.#settle(buffer, error)
    })
  }

  #settle(buffer: Buffer, error: Error | null): void {
    this.#error ??= error
    this.#underWay -= 1
    this.#free.push(buffer)
    this.#wake()
  }

  #written(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    return promise
  }
}
