import type { BulkReader, BulkSource, ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'

/** The same sources; `onRead` is told of each when it was read to its end. */
export function toldSources(sources: readonly ByteSource[], onRead: () => void): readonly ByteSource[] {
  const readers = new Map<BulkReader, BulkReader>()
  const toldReader = (reader: BulkReader): BulkReader => {
    const told = readers.get(reader) ?? tellingReader(reader, onRead)
    readers.set(reader, told)
    return told
  }
  return sources.map((source) => new ToldSource(source, { onRead, toldReader }))
}

function tellingReader(reader: BulkReader, onRead: () => void): BulkReader {
  return {
    async readAll(handles, options) {
      const read = await reader.readAll(handles, options)
      for (const found of read) if (found) onRead()
      return read
    },
  }
}

interface Telling {
  readonly onRead: () => void
  readonly toldReader: (reader: BulkReader) => BulkReader
}

/** A class, because there is one for each of many thousand files. */
class ToldSource implements ByteSource {
  readonly #source: ByteSource
  readonly #telling: Telling

  constructor(source: ByteSource, telling: Telling) {
    this.#source = source
    this.#telling = telling
  }

  get sizeBytes(): number | null {
    return this.#source.sizeBytes
  }

  get bulk(): BulkSource | undefined {
    const { bulk } = this.#source
    return bulk && { reader: this.#telling.toldReader(bulk.reader), handle: bulk.handle }
  }

  async *read(options: CallOptions): AsyncGenerator<Uint8Array> {
    yield* this.#source.read(options)
    this.#telling.onRead()
  }
}
