import type { BulkSource, ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'

/** The same sources; `onRead` is told of each once, when it was first read to its end. */
export function toldSources(sources: readonly ByteSource[], onRead: () => void): readonly ByteSource[] {
  return sources.map((source) => new ToldSource(source, onRead))
}

/** A class, because there is one for each of many thousand files. */
class ToldSource implements ByteSource {
  readonly #source: ByteSource
  readonly #onRead: () => void
  #isTold = false

  constructor(source: ByteSource, onRead: () => void) {
    this.#source = source
    this.#onRead = onRead
  }

  get sizeBytes(): number | null {
    return this.#source.sizeBytes
  }

  get bulk(): BulkSource | undefined {
    const { bulk } = this.#source
    return bulk && { reader: bulk.reader, handle: bulk.handle, onRead: () => this.#tell() }
  }

  async *read(options: CallOptions): AsyncGenerator<Uint8Array> {
    yield* this.#source.read(options)
    this.#tell()
  }

  /** What was read together may be read again, alone, if it could not be stored together. */
  #tell(): void {
    if (!this.#isTold) this.#onRead()
    this.#isTold = true
  }
}
