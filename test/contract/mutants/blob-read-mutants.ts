import { LadingError } from '../../../src/domain/errors.ts'
import type { BlobStore } from '../../../src/ports/blob-store.ts'
import { bytesSource } from '../../../src/ports/sources.ts'
import { blobsWith, wantsWith } from './blob-support.ts'
import type { Mutant } from './mutant.ts'

const PACKS = { packBelowBytes: 64 * 1024 } as const

/** Blob stores that find, list or delete wrongly. What the facade verifies, none can get wrong. */
export const blobReadMutants: readonly Mutant<BlobStore>[] = [
  {
    id: 'all-projects-are-one',
    broken: 'Blobs are kept by digest alone: who knows a digest reads it, wherever it was logged.',
    cites: [
      { source: 'openshift/origin#9819', what: 'a user of one repository can pull any blob of the registry' },
      { source: 'pulp/pulp_container#1286', what: 'blobs are mounted from repositories that the user may not read' },
    ],
    killedBy: 'blob.isolation.projects',
    breaks: () => (sound) => ({ ...sound, in: () => sound.in('all') }),
  },
  {
    id: 'presence-is-remembered',
    broken: 'What was present once is taken as present for ever, although a collector deletes.',
    cites: [
      {
        source: 'distribution/distribution#1803',
        what: 'after garbage collection the registry answers "layer already exists" until it is restarted',
      },
      {
        source: 'distribution/distribution#4569',
        what: 'blobs are deleted on disk, and their descriptors stay in memory',
      },
    ],
    killedBy: 'blob.delete.by-name',
    breaks: () => {
      const seen = new Set<string>()
      return blobsWith(({ blobs, project }) => ({
        async write(items, options) {
          for (const { digest } of items) seen.add(`${project}/${digest}`)
          return blobs.write(items, options)
        },
        present: async (digests) => new Set(digests.filter((digest) => seen.has(`${project}/${digest}`))),
      }))
    },
  },
  {
    id: 'range-counts-from-the-pack',
    broken: 'A range of a blob in a pack is read from the start of the pack.',
    cites: [
      {
        source: 'ayooooo123/peartube#223',
        what: 'byteOffset is hard-coded as 0, which returns another window of the data',
      },
    ],
    killedBy: 'blob.ranges.of-small-blobs',
    flavour: PACKS,
    breaks: () =>
      wantsWith((want) =>
        want.location && want.range ? { ...want, location: { ...want.location, offset: 0 } } : want,
      ),
  },
  {
    id: 'pack-offset-is-shifted',
    broken: 'Offsets in a pack are off by the size of a checksum that it does not have.',
    cites: [{ source: 'manzt/zarrita.js#424', what: 'a hard-coded checksum of 4 bytes shifts all offsets of a shard' }],
    killedBy: 'blob.ranges.of-small-blobs',
    flavour: PACKS,
    breaks: () =>
      wantsWith((want) => {
        const { location, range } = want
        return location && range
          ? { ...want, location: { ...location, offset: Math.max(0, location.offset - 4) } }
          : want
      }),
  },
  {
    id: 'blob-suffix-is-a-prefix',
    broken: 'Asked for the last bytes of a blob, it answers with as many of the first ones.',
    cites: [{ source: 'vitality-ai/warpdrive#130', what: '`bytes=-N` did not return the last N bytes' }],
    killedBy: 'blob.ranges.of-an-object',
    breaks: () =>
      wantsWith((want) =>
        want.range && 'last' in want.range ? { ...want, range: { from: 0, to: want.range.last } } : want,
      ),
  },
  {
    id: 'absent-blob-is-empty',
    broken: 'A blob that is not there is answered as one without bytes.',
    cites: [
      { source: 'restlet/restlet-framework-java#986', what: 'a repository sometimes returns 200 instead of 404' },
    ],
    killedBy: 'blob.read.absent',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async read(wants, sink, options) {
          for (const [index, want] of wants.entries()) {
            try {
              await blobs.read([want], (_, chunks) => sink(index, chunks), options)
            } catch (error) {
              if (!(error instanceof LadingError && error.code === 'NOT_FOUND')) throw error
              await sink(index, bytesSource(new Uint8Array()).read({}))
            }
          }
        },
      })),
  },
  {
    id: 'sweep-stops-at-what-is-gone',
    broken: 'Deleting stops at the first blob that is gone already: the rest is never swept.',
    cites: [
      { source: 'get-convex/convex-backend#533', what: 'one object that was gone stopped the clean-up of all others' },
      { source: 'mojatter/s2#143', what: 'Delete of a missing object is an error on fs and none elsewhere' },
    ],
    killedBy: 'blob.delete.by-name',
    breaks: () =>
      blobsWith(({ blobs, project, objects }) => ({
        async delete(names, options) {
          for (const name of names) {
            if (!(await objects.stat(`p/${project}/${name}`, {}))) return
            await blobs.delete([name], options)
          }
        },
      })),
  },
  {
    id: 'blob-cursor-is-an-offset',
    broken: 'Pages of a listing are cut by a count, which deletions and writes shift.',
    cites: [
      {
        source: 'freeCodeCamp/chapter#1497',
        what: 'offset pages fetch the wrong data when items change between requests',
      },
    ],
    killedBy: 'blob.list.while-others-write',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async list({ cursor, limit, ...options }) {
          const all = (await blobs.list({ ...options, limit: 1_000 })).blobs
          const end = Number(cursor ?? 0) + limit
          const page = all.slice(end - limit, end)
          return end < all.length ? { blobs: page, cursor: `${end}` } : { blobs: page }
        },
      })),
  },
  {
    id: 'first-page-is-all',
    broken: 'A page that is not the last one has no cursor: the rest is never listed.',
    cites: [
      {
        source: 'mlflow/mlflow#9363',
        what: 'search_model_versions(max_results=1) of 100 versions answers an empty token',
      },
    ],
    killedBy: 'blob.list.pages',
    breaks: () =>
      blobsWith(({ blobs }) => ({ list: async (options) => ({ blobs: (await blobs.list(options)).blobs }) })),
  },
]
