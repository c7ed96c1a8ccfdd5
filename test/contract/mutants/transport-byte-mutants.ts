import { LadingError, isLadingError } from '../../../src/domain/errors.ts'
import type { Digest } from '../../../src/domain/digest.ts'
import type { Transport, Upload } from '../../../src/ports/transport.ts'
import type { Breaker, Mutant } from './mutant.ts'

/** Clients of services that mix up whose bytes they are, or what an answer about them means. */
export const transportByteMutants: readonly Mutant<Transport>[] = [
  {
    id: 'bytes-of-others-are-there',
    broken: 'A blob counts as present when any project has it: it need not be sent, and its existence is told to all.',
    cites: [
      {
        source: 'openshift/origin#12182',
        what: 'a manifest that names blobs of others is accepted, and then they can be pulled',
      },
      {
        source: 'opencontainers/distribution-spec#275',
        what: 'an automatic mount may disclose whether the registry has a blob',
      },
    ],
    killedBy: 'transport.log.missing',
    breaks: () => {
      const sent = new Set<Digest>()
      return uploadsWith(({ upload }) => ({
        async write(items, options) {
          await upload.write(items, options)
          for (const { digest } of items) sent.add(digest)
        },
        missing: async (blobs) => blobs.filter(({ digest }) => !sent.has(digest)),
      }))
    },
  },
  {
    id: 'version-of-absent-bytes',
    broken: 'A version is made of blobs that nobody sent.',
    cites: [
      {
        source: 'getnora-io/nora#652',
        what: 'a manifest that refers to absent blobs is accepted, and fails when it is pulled',
      },
      {
        source: 'opencontainers/distribution-spec#442',
        what: 'whether a registry may accept such a manifest was open to interpretation',
      },
    ],
    killedBy: 'transport.log.absent-blobs',
    breaks: () =>
      uploadsWith(({ upload }) => ({
        async commit(manifest, intent, options) {
          try {
            return await upload.commit(manifest, intent, options)
          } catch (error) {
            if (!isLadingError(error, 'NOT_FOUND')) throw error
            return { n: upload.head?.next ?? 0, created: true, aliases: ['latest'], record: null }
          }
        },
      })),
  },
  {
    id: 'first-done-is-first',
    broken: 'Blobs are answered in the order in which their uploads ended.',
    cites: [
      {
        source: 'Agash/ObsWebSocket#16',
        what: 'results are collected as they finish, then paired with requests by index',
      },
      { source: 'openai/openai-cookbook#456', what: 'the results of parallel requests are in disorder' },
    ],
    killedBy: 'transport.log.ingest',
    breaks: () =>
      uploadsWith(({ upload }) => ({
        async ingest(sources, options) {
          const blobs = await upload.ingest(sources, options)
          return blobs.toSorted((a, b) => a.sizeBytes - b.sizeBytes)
        },
      })),
  },
  {
    id: 'refusal-looks-like-success',
    broken: 'A write that failed resolves, and nothing is stored.',
    cites: [{ source: 'unjs/unstorage: readOnly setItem', what: 'it resolves and stores nothing' }],
    killedBy: 'transport.write.all-or-nothing',
    breaks: () =>
      uploadsWith(({ upload }) => ({
        async write(items, options) {
          await upload.write(items, options).catch(() => undefined)
        },
      })),
  },
  {
    id: 'part-is-the-whole',
    broken: 'A server that does not know ranges sends the whole, and the client takes its beginning for the part.',
    cites: [
      {
        source: 'fullstorydev/emulators#414',
        what: 'the emulator returned the full contents and ignored the range headers',
      },
    ],
    killedBy: 'transport.read.ranges-and-absent',
    breaks: () => (sound) => ({
      ...sound,
      read: (from, wants, sink, options) =>
        sound.read(
          from,
          wants.map((want) => {
            const { range } = want
            return range && 'to' in range ? { ...want, range: { from: 0, to: range.to - range.from } } : want
          }),
          sink,
          options,
        ),
    }),
  },
  {
    id: 'any-failure-is-not-found',
    broken: 'Whatever goes wrong while a manifest is read is told as its absence.',
    cites: [
      { source: 'repsyio/repsy#290', what: 'a database error and a missing package were both answered 404' },
      { source: 'scalacenter/scaladex#1813', what: 'server errors were disguised as empty results' },
    ],
    killedBy: 'transport.read.ranges-and-absent',
    breaks: () => (sound) => ({
      ...sound,
      async manifest(key, digest, options) {
        try {
          return await sound.manifest(key, digest, options)
        } catch (cause) {
          throw new LadingError('NOT_FOUND', { detail: 'no such manifest', cause })
        }
      },
    }),
  },
  {
    id: 'number-of-the-deleted',
    broken: 'A number that was deleted is given again.',
    cites: [
      {
        source: 'flyology-ada/flyology-object-storage#33',
        what: 'max + 1 after deleting the newest generation: an old id names other bytes',
      },
      { source: 'Eshajha19/agri#1696', what: 'version ids are made of a count, and come again after a clean-up' },
    ],
    killedBy: 'transport.delete.version',
    breaks: () =>
      uploadsWith(({ upload, sound }) => ({
        async commit(manifest, intent, options) {
          const outcome = await upload.commit(manifest, intent, options)
          const live = await sound.versions(upload.key, { newestFirst: true, limit: 1_000 })
          return outcome.created ? { ...outcome, n: live.items.length - 1 } : outcome
        },
      })),
  },
]

interface Parts {
  readonly upload: Upload
  readonly sound: Transport
}

/** A transport whose uploads do something else. */
function uploadsWith(change: (parts: Parts) => Partial<Upload>): Breaker<Transport> {
  return (sound) => ({
    ...sound,
    async upload(key, options) {
      const upload = await sound.upload(key, options)
      const same: Upload = {
        key: upload.key,
        head: upload.head,
        ingest: (sources, call) => upload.ingest(sources, call),
        missing: (blobs, call) => upload.missing(blobs, call),
        write: (items, call) => upload.write(items, call),
        commit: (manifest, intent, call) => upload.commit(manifest, intent, call),
      }
      return { ...same, ...change({ upload, sound }) }
    },
  })
}
