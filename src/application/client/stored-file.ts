import { LadingError } from '../../domain/errors.ts'
import type { FileEntry } from '../../domain/manifest.ts'
import type { ByteRange } from '../../ports/object-store.ts'
import type { BlobSink } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'
import { assertOptions } from './assert-arguments.ts'
import { INSPECT, inspected } from './inspect.ts'
import type { InspectArguments } from './inspect.ts'

/** The part of a file that is wanted. `end` is exclusive, as in `Array.prototype.slice`. */
export interface StreamOptions extends CallOptions {
  /** The first byte, from 0. Default: the beginning. */
  readonly start?: number
  /** The byte after the last one. Default: the end. */
  readonly end?: number
}

/** A stream of a file, and whether its bytes are checked against the file's digest. */
export interface FileStream extends AsyncIterable<Uint8Array> {
  /** False for a part of a file: a part cannot be checked against the digest of the whole. */
  readonly verified: boolean
}

/** Reads one blob into a sink. */
export type ReadBlob = (range: ByteRange | undefined, sink: BlobSink, options: CallOptions) => Promise<void>

/** One file of a version, read without a download. Reads nothing until it is asked. */
export class StoredFile {
  readonly path: string
  readonly digest: string
  /** In bytes. */
  readonly size: number
  readonly #read: ReadBlob

  /** `version.file` makes one. @internal */
  constructor(entry: FileEntry, read: ReadBlob) {
    this.path = entry.path
    this.digest = entry.digest
    this.size = entry.size
    this.#read = read
  }

  /** The whole file, verified. Rejects `CORRUPT` when the stored bytes are damaged. */
  async bytes(options: CallOptions = {}): Promise<Uint8Array> {
    assertOptions(options, [])
    // Grows with what arrives: the size is what a manifest claims.
    const chunks: Uint8Array[] = []
    for await (const chunk of this.stream(options)) chunks.push(chunk)
    const { buffer, byteOffset, length } = Buffer.concat(chunks)
    return new Uint8Array(buffer, byteOffset, length)
  }

  /** The whole file as UTF-8, verified. Rejects `INVALID` when it is not text. */
  async text(options: CallOptions = {}): Promise<string> {
    const bytes = await this.bytes(options)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch (cause) {
      throw new LadingError('INVALID', {
        key: this.path,
        detail: 'the file is not UTF-8 text',
        next: 'read `bytes()`',
        cause,
      })
    }
  }

  /** The whole file as JSON, verified. Rejects `INVALID` when it is not JSON. */
  async json(options: CallOptions = {}): Promise<unknown> {
    const text = await this.text(options)
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw new LadingError('INVALID', { key: this.path, detail: 'the file is not JSON', next: 'read `text()`', cause })
    }
  }

  /**
   * The file, or a part of it, in chunks that are the caller's to keep. A whole file is verified: the last chunk comes
   * only after the digest was found right, else the iteration rejects `CORRUPT`.
   */
  stream(given: StreamOptions = {}): FileStream {
    const { start, end, ...options } = assertOptions(given, ['start', 'end'])
    const range = rangeOf(this.path, { start, end })
    const open = () => pull((sink) => this.#read(range, sink, options))
    return { verified: range === undefined, [Symbol.asyncIterator]: open }
  }

  /** What `console.log` prints of it. @internal */
  [INSPECT](...asked: InspectArguments): string {
    return inspected(asked, `StoredFile ${this.path}`, { size: this.size, digest: this.digest })
  }
}

function rangeOf(
  path: string,
  { start = 0, end }: { start: number | undefined; end: number | undefined },
): ByteRange | undefined {
  if (start === 0 && end === undefined) return undefined
  if (!isPosition(start) || (end !== undefined && (!isPosition(end) || end < start))) {
    throw new LadingError('INVALID', {
      key: path,
      detail: `no such range: ${start} to ${end}`,
      next: 'give whole numbers with 0 ≤ start ≤ end',
    })
  }
  return end === undefined ? { from: start } : { from: start, to: end }
}

function isPosition(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

/** Turns a reader that pushes into an iterable that is pulled: one chunk under way at a time. */
async function* pull(read: (sink: BlobSink) => Promise<void>): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const work = read(async (_index, chunks) => {
    for await (const chunk of chunks) await writer.write(Uint8Array.from(chunk))
  }).then(
    () => writer.close(),
    (error: unknown) => writer.abort(error),
  )
  try {
    yield* readable
  } finally {
    await readable.cancel().catch(() => undefined)
    await work.catch(() => undefined)
  }
}
