import { constants } from 'node:fs'
import { LadingError } from '../../domain/errors.ts'
import type { CallOptions } from '../../ports/call.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { ByteRange, ObjectInfo, StoredObject } from '../../ports/object-store.ts'
import { giveSlab, takeSlab } from './bulk/slabs.ts'
import type { FileHandle, FileStatus } from './client.ts'
import { etagOf } from './etag.ts'
import type { Disk } from './disk.ts'
import { translated } from './errors.ts'

/** Bytes read at once: large enough that the disk, not the number of calls, sets the pace. */
const CHUNK_BYTES = 2 * 1024 * 1024

/** Documents are far smaller; what is larger was put there by somebody else. */
const DOCUMENT_BYTES_MAX = 512 * 1024 * 1024

/** Opening a FIFO that somebody put in an object's place must not wait for a writer. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

type ReadOptions = CallOptions & { readonly range?: ByteRange }

/** A part of a file, from its first byte to the one before `to`. */
interface Window {
  readonly from: number
  readonly to: number
}

/** What is known of an object; null when there is none. */
export async function statObject(disk: Disk, key: string): Promise<ObjectInfo | null> {
  const found = await translated('none', () => disk.statusOf(key))
  if (!found?.isFile()) return null
  await translated('none', () => disk.spelling.assertFound(key, found))
  return infoOf(disk, found)
}

/** The same for a key that a listing found, so that its spelling is that of the disk. */
export async function statListed(disk: Disk, key: string): Promise<ObjectInfo | null> {
  const found = await translated('none', () => disk.statusOf(key))
  return found?.isFile() ? infoOf(disk, found) : null
}

function infoOf(disk: Disk, status: FileStatus): ObjectInfo {
  return { sizeBytes: Number(status.size), etag: etagOf(status), pristine: disk.isPristine(status) }
}

/** A whole object; null when there is none. Bytes and etag are of one file, even while it is replaced. */
export function readObject(disk: Disk, key: string): Promise<StoredObject | null> {
  return withObject(disk, key, async (handle, status) => {
    if (Number(status.size) > DOCUMENT_BYTES_MAX) throw tooLarge(Number(status.size))
    return { bytes: await readWindow(handle, { from: 0, to: Number(status.size) }), etag: etagOf(status) }
  })
}

/**
 * An object's bytes, or a range of them; null when there is none.
 *
 * What fits into one chunk is read at once. More is read while it is asked for, one chunk ahead, into two buffers of
 * 2 MiB that take turns. Rejects `CORRUPT` when the file ends before the size that it had when it was opened.
 */
export function readStream(disk: Disk, key: string, options: ReadOptions): Promise<AsyncIterable<Uint8Array> | null> {
  return withObject(disk, key, async (handle, status) => {
    const window = windowOf(status, options.range)
    if (window.to - window.from > CHUNK_BYTES) return reopened(disk, key, options)
    return single(await readWindow(handle, window))
  })
}

async function* single(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

/** Opens the file only when the first chunk is asked for, so that a stream that nobody reads holds nothing. */
async function* reopened(disk: Disk, key: string, options: ReadOptions): AsyncIterable<Uint8Array> {
  const handle = await translated('none', () => disk.orAbsent(() => disk.fs.open(disk.pathOf(key), READ_ONLY)))
  if (handle === null) throw new LadingError('NOT_FOUND', { detail: 'it was deleted before it was read' })
  try {
    const status = await translated('none', () => handle.stat({ bigint: true }))
    if (!status.isFile()) throw new LadingError('NOT_FOUND', { detail: 'it was deleted before it was read' })
    yield* chunksOf(handle, windowOf(status, options.range), options)
  } finally {
    await handle.close()
  }
}

async function* chunksOf(handle: FileHandle, { from, to }: Window, options: CallOptions): AsyncIterable<Uint8Array> {
  const memory = takeSlab(CHUNK_BYTES * 2)
  let [current, spare] = [memory.subarray(0, CHUNK_BYTES), memory.subarray(CHUNK_BYTES, CHUNK_BYTES * 2)]
  const readAt = (position: number, buffer: Uint8Array): Promise<Uint8Array> | null => {
    if (position >= to) return null
    const reading = translated('none', () => fill(handle, buffer.subarray(0, to - position), position))
    // Read ahead of a consumer who may never come back: its failure is thrown where it is awaited.
    reading.catch(() => undefined)
    return reading
  }

  let ahead = readAt(from, current)
  try {
    for (let next = from + CHUNK_BYTES; ahead; next += CHUNK_BYTES) {
      throwIfAborted(options)
      const chunk = await ahead
      ;[current, spare] = [spare, current]
      ahead = readAt(next, current)
      yield chunk
    }
  } finally {
    // A handle must not be closed under a read: its number could already be another file's.
    await ahead?.catch(() => undefined)
  }
  // Only here was the last chunk given back: whoever ends early may still be at work on his.
  giveSlab(memory)
}

/** Opens an object for as long as `use` runs; null when there is none. */
function withObject<T>(
  disk: Disk,
  key: string,
  use: (handle: FileHandle, status: FileStatus) => Promise<T>,
): Promise<T | null> {
  return translated('none', async () => {
    const handle = await disk.orAbsent(() => disk.fs.open(disk.pathOf(key), READ_ONLY))
    if (handle === null) return null
    try {
      const status = await handle.stat({ bigint: true })
      if (!status.isFile()) return null
      await disk.spelling.assertFound(key, status)
      return await use(handle, status)
    } finally {
      await handle.close()
    }
  })
}

function windowOf({ size }: FileStatus, range: ByteRange | undefined): Window {
  const sizeBytes = Number(size)
  if (range === undefined) return { from: 0, to: sizeBytes }
  if ('last' in range) return { from: Math.max(0, sizeBytes - range.last), to: sizeBytes }
  const to = 'to' in range ? Math.min(range.to, sizeBytes) : sizeBytes
  return { from: Math.min(range.from, to), to }
}

function readWindow(handle: FileHandle, { from, to }: Window): Promise<Uint8Array> {
  return fill(handle, new Uint8Array(to - from), from)
}

async function fill(handle: FileHandle, into: Uint8Array, from: number): Promise<Uint8Array> {
  for (let offset = 0; offset < into.length;) {
    const { bytesRead } = await handle.read(into, offset, into.length - offset, from + offset)
    if (bytesRead === 0) throw endsEarly(from + offset, from + into.length)
    offset += bytesRead
  }
  return into
}

function tooLarge(sizeBytes: number): LadingError {
  return new LadingError('CORRUPT', {
    detail: `the document has ${sizeBytes} bytes, at most ${DOCUMENT_BYTES_MAX} are read`,
    next: 'restore it from a backup of the store',
  })
}

function endsEarly(found: number, expected: number): LadingError {
  return new LadingError('CORRUPT', {
    detail: `the file ends at byte ${found}, where at least ${expected} were expected`,
    next: 'find out who changes the files of the store, then verify it',
  })
}
