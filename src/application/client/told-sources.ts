import type { BulkReader, BulkSource, ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'

/** The same sources; `onRead` is told of each once, when it was first read to its end. */
export function toldSources(sources: readonly ByteSource[], onRead: () => void): readonly ByteSource[] {
  const readers = new Map<BulkReader, BulkReader>()
  // What was read together may be read again, alone, if it could not be stored together.
  const known = new Set<unknown>()
  const tell = (what: unknown): void => {
    if (!known.has(what)) onRead()
    known.add(what)
  }
  const toldReader = (reader: BulkReader): BulkReader => {
    const told = readers.get(reader) ?? tellingReader(reader, tell)
    readers.set(reader, told)
    return told
  }
  return sources.map((source) => new ToldSource(source, { tell, toldReader }))
}

function tellingReader(reader: BulkReader, tell: Telling['tell']): BulkReader {
  return {
    async readAll(handles, options) {
      const read = await reader.readAll(handles, options)
      for (const [index, found] of read.entries()) if (found) tell(handles[index])
      return read
    },
  }
}

interface Telling {
  readonly tell: (what: unknown) => void
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
    this.#telling.tell(this.#source.bulk?.handle ?? this.#source)
  }
}
