import type { BlobPlaces, BlobStore } from '../../../src/ports/blob-store.ts'
import { blobsWith } from './blob-support.ts'
import type { Breaker, Mutant } from './mutant.ts'

/** Blob stores that fill places wrongly. */
export const blobPlacesMutants: readonly Mutant<BlobStore>[] = [
  {
    id: 'whatever-has-a-place-is-done',
    broken: 'A blob for which there is a place is said to be in it, whoever made the place.',
    cites: [
      {
        source: 'sreerevanth/repopilot#276',
        what: 'a run reports success, and says nothing of the task that it dropped',
      },
    ],
    killedBy: 'blob.together.each-once',
    inBulk: true,
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async read(wants, sink, { places, ...options }) {
          const hasPlace = (index: number): boolean => (places?.of(index) ?? null) !== null
          await blobs.read(
            wants,
            async (index, chunks) => {
              if (!hasPlace(index)) return sink(index, chunks)
              for await (const _ of chunks);
              places?.onPut(index)
            },
            options,
          )
        },
      })),
  },
  {
    id: 'handed-over-twice',
    broken: 'A blob that was put in its place goes to the sink as well.',
    cites: [
      { source: 'MKSG-MugunthKumar/MKNetworkKit#107', what: 'a completion block is called for the cache, and again' },
    ],
    killedBy: 'blob.together.in-places',
    inBulk: true,
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async read(wants, sink, { places, ...options }) {
          await blobs.read(wants, async () => {}, { ...options, places })
          await blobs.read(wants, sink, options)
        },
      })),
  },
  {
    id: 'ranges-have-places-too',
    broken: 'A range is put in its place as a whole blob.',
    cites: [
      {
        source: 'ayooooo123/peartube#223',
        what: 'byteOffset is hard-coded as 0, which returns another window of the data',
      },
    ],
    killedBy: 'blob.together.in-places',
    inBulk: true,
    breaks: () =>
      blobsWith(({ blobs }) => ({
        read: (wants, sink, options) =>
          blobs.read(options.places ? wants.map((want) => ({ ...want, range: undefined })) : wants, sink, options),
      })),
  },
  {
    id: 'no-place-is-the-place-before',
    broken: 'A want without a place of its own takes that of the want before it.',
    cites: [
      { source: 'microsoft/promptflow#1602', what: 'failed lines are filtered out: outputs are beside other inputs' },
    ],
    killedBy: 'blob.together.some-places',
    inBulk: true,
    breaks: () =>
      placesWith((places) => ({ ...places, of: (index) => places.of(index) ?? places.of(index - 1) ?? null })),
  },
  {
    id: 'missing-blob-is-left-out',
    broken: 'What cannot be put in its place is skipped.',
    cites: [{ source: 'tikv/client-py#37', what: 'batch_get leaves out keys that are not there' }],
    killedBy: 'blob.together.missing',
    inBulk: true,
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async read(wants, sink, options) {
          const digests = wants.map(({ digest }) => digest)
          const collection = { epoch: 0, state: 'swept', condemned: new Set<string>() } as const
          const there = await blobs.present(digests, { collection })
          await blobs.read(
            wants.filter(({ digest }) => there.has(digest)),
            sink,
            options,
          )
        },
      })),
  },
]

function placesWith(change: (places: BlobPlaces) => BlobPlaces): Breaker<BlobStore> {
  return blobsWith(({ blobs }) => ({
    read: (wants, sink, { places, ...options }) =>
      blobs.read(wants, sink, { ...options, places: places && change(places) }),
  }))
}
