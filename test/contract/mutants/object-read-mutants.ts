import { LadingError } from '../../../src/domain/errors.ts'
import type { ByteRange, ObjectStore } from '../../../src/ports/object-store.ts'
import { collected, streamOf } from './bytes.ts'
import type { Breaker, Mutant } from './mutant.ts'

/** Drivers that read wrongly. */
export const objectReadMutants: readonly Mutant<ObjectStore>[] = [
  {
    id: 'range-is-ignored',
    broken: 'Asked for a range, it answers with the whole object.',
    cites: [
      { source: 'floci-io/floci-gcp#19', what: 'media downloads ignore the Range header: 200 and the full object' },
      { source: 'fullstorydev/emulators#414', what: 'gcsemu returned the full contents for range reads' },
    ],
    killedBy: 'object.ranges.bounded',
    breaks: () => (sound) => ({ ...sound, read: (key, { range: _range, ...options }) => sound.read(key, options) }),
  },
  {
    id: 'empty-range-is-one-byte',
    broken: 'A range is turned into first and last byte, so that an empty one at the end of an object has a byte.',
    cites: [
      { source: 'minio/minio#20844', what: 'a suffix range of an empty object is answered 206 with `bytes 0--1/0`' },
    ],
    killedBy: 'object.ranges.of-an-empty-object',
    breaks: () => rangesOf((bytes, cut) => (bytes.length === 0 ? new Uint8Array(1) : cut)),
  },
  {
    id: 'range-beyond-the-end-fails',
    broken: 'A range that ends behind the object is refused where it should be cut.',
    cites: [
      { source: 'apache/opendal#7938', what: 'a bounded range past the end fails with "reader got too little data"' },
      { source: 'getmoto/moto#369', what: 'a last-byte-pos at or behind the length raised an error' },
    ],
    killedBy: 'object.ranges.past-the-end',
    breaks: () => rangesOf((bytes, cut, range) => ('to' in range && range.to > bytes.length ? unsatisfiable() : cut)),
  },
  {
    id: 'tail-is-cut-to-blocks',
    broken: 'A range that reaches behind the object ends at a whole block: the last bytes are missing.',
    cites: [
      {
        source: 'googleapis/google-cloud-cpp#2860',
        what: 'of the last 129 KiB, read as [3 MiB, 4 MiB), only 128 KiB came',
      },
    ],
    killedBy: 'object.ranges.past-the-end',
    breaks: () =>
      rangesOf((bytes, cut, range) => {
        const reachesBehind = 'to' in range && range.to > bytes.length
        return reachesBehind ? cut.subarray(0, cut.length - (cut.length % 1_024)) : cut
      }),
  },
  {
    id: 'long-suffix-fails',
    broken: 'A suffix that is longer than the object is refused where the whole object is meant.',
    cites: [{ source: 'getmoto/moto#369', what: 'a suffix range greater than the length of the data raised an error' }],
    killedBy: 'object.ranges.suffix',
    breaks: () =>
      rangesOf((bytes, cut, range) => ('last' in range && range.last > bytes.length ? unsatisfiable() : cut)),
  },
  {
    id: 'suffix-is-an-offset',
    broken: 'The length of a suffix is taken as an offset from the start.',
    cites: [{ source: 'vitality-ai/warpdrive#130', what: '`bytes=-N` did not return the last N bytes' }],
    killedBy: 'object.ranges.suffix',
    breaks: () => rangesOf((bytes, cut, range) => ('last' in range ? bytes.subarray(range.last) : cut)),
  },
  {
    id: 'stream-repeats-itself',
    broken: 'A broken download is continued from the first byte: what was handed out already comes again.',
    cites: [
      {
        source: 'apache/arrow-rs-object-store#609',
        what: 'a retry after EOF duplicated data where the Range header was ignored',
      },
    ],
    killedBy: 'object.round-trip.bytes',
    breaks: () =>
      streamsOf(async function* (chunks) {
        let first: Uint8Array | null = null
        for await (const chunk of chunks) {
          yield chunk
          if (first && chunk.length === first.length) yield first
          first ??= new Uint8Array(chunk)
        }
      }),
  },
  {
    id: 'stream-ends-early',
    broken: 'A connection that closes before the announced size is taken as the end of the object.',
    cites: [
      {
        source: 'wkentaro/gdown#481',
        what: 'a response that ended early was promoted to the final file name, without an error',
      },
      {
        source: 'psf/requests#2275',
        what: 'a body shorter than Content-Length is handed out as if nothing were amiss',
      },
    ],
    killedBy: 'object.round-trip.bytes',
    breaks: () =>
      streamsOf(async function* (chunks) {
        let size = 0
        for await (const chunk of chunks) {
          size += chunk.length
          if (size > 4 * 1024 * 1024) return
          yield chunk
        }
      }),
  },
  {
    id: 'missing-is-an-answer',
    broken: 'Where there is no object, what the service says about that is handed out as one.',
    cites: [{ source: 'apache/maven#6963', what: 'a 404 page was downloaded into the repository as the artifact' }],
    killedBy: 'object.round-trip.missing',
    breaks: () => (sound) => ({
      ...sound,
      get: async (key, options) =>
        (await sound.get(key, options)) ?? { bytes: Buffer.from('Not Found'), etag: '"404"' },
    }),
  },
  {
    id: 'names-are-properties',
    broken: 'Objects are kept as properties of an object, and asked for with `in`: some keys are taken from the start.',
    cites: [
      { source: 'medea/medea#56', what: "a key 'prototype' or 'constructor' is found although nobody put it" },
      {
        source: 'purescript-deprecated/purescript-maps#35',
        what: 'lookup with `in` finds toString and hasOwnProperty',
      },
    ],
    killedBy: 'object.keys.hostile',
    breaks: () => (sound) => ({
      ...sound,
      async putIfAbsent(key, body, options) {
        return key.split('/').some((part) => part in {}) ? 'exists' : sound.putIfAbsent(key, body, options)
      },
    }),
  },
  {
    id: 'error-is-an-answer',
    broken: 'Below an object, where there can be none, a read resolves with the error of the file system.',
    cites: [
      {
        source: 'unjs/unstorage: drivers/fs getItemRaw',
        what: 'below a plain file it *resolves* with the ENOTDIR error',
      },
    ],
    killedBy: 'object.keys.below-an-object',
    breaks: () => (sound) => ({
      ...sound,
      async stat(key, options) {
        const parent = await sound.stat(key.slice(0, key.lastIndexOf('/')), options)
        return parent ? ({ code: 'ENOTDIR' } as never) : sound.stat(key, options)
      },
    }),
  },
  {
    id: 'absence-is-remembered',
    broken: 'What was not there when a handle asked is not there for it later.',
    cites: [
      { source: 'tigrisdata/tag#95', what: 'a GET that races a PUT fills the cache with what there was before it' },
    ],
    killedBy: 'object.isolation.nothing-is-stale',
    breaks: () => (sound) => {
      const absent = new Set<string>()
      return {
        ...sound,
        async get(key, options) {
          const found = absent.has(key) ? null : await sound.get(key, options)
          if (!found) absent.add(key)
          return found
        },
      }
    },
  },
]

function unsatisfiable(): never {
  throw new LadingError('UNAVAILABLE', { detail: '416 Range Not Satisfiable' })
}

type Cut = (bytes: Uint8Array, cut: Uint8Array, range: ByteRange) => Uint8Array

function rangesOf(cut: Cut): Breaker<ObjectStore> {
  return (sound) => ({
    ...sound,
    async read(key, options) {
      const chunks = await sound.read(key, options)
      const { range } = options
      if (!chunks || !range) return chunks
      const { bytes } = (await sound.get(key, options))!
      return streamOf(cut(bytes, await collected(chunks), range))
    },
  })
}

function streamsOf(change: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>): Breaker<ObjectStore> {
  return (sound) => ({
    ...sound,
    async read(key, options) {
      const chunks = await sound.read(key, options)
      return chunks && change(chunks)
    },
  })
}
