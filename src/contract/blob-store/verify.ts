import { LOOSE, blobOf, itemOf, nameOf, readBlob, wantOf } from './context.ts'
import type { BlobStoreCase } from './context.ts'

const base = { category: 'verification', tier: 'quick' } as const

const SIZE = 3 * 1024 * 1024 + 5

/** No byte is handed out as right that is not. */
export const verifyCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.verify.flipped-byte',
    requires: ['corrupt'],
    obligation: 'A blob read whole is verified: its last chunk is handed out only after its SHA-256 was found right',
    async run({ openProject, blob, corrupt, check }) {
      const blobs = await openProject()
      for (const offset of [0, SIZE - 1, 1_000_000]) {
        const one = blob(`blob ${offset}`, SIZE)
        await blobs.write([itemOf(one)], LOOSE)
        await corrupt(nameOf(one), offset)

        for (const sizeBytes of [SIZE, null]) {
          let taken = 0
          const reading = blobs.read(
            [{ digest: one.digest, sizeBytes }],
            async (_, chunks) => {
              for await (const chunk of chunks) taken += chunk.length
            },
            {},
          )

          await check.rejects(reading, 'CORRUPT', `a byte flipped at ${offset}, size ${sizeBytes}`)
          check.equal(taken < SIZE, true, `the last chunk is withheld, size ${sizeBytes}`)
        }
      }
    },
  },
  {
    ...base,
    id: 'blob.verify.small-blobs',
    requires: ['corrupt'],
    obligation: 'A blob read whole is verified: its last chunk is handed out only after its SHA-256 was found right',
    async run({ openProject, blob, corrupt, check }) {
      const [bad, good] = [blob('bad', 5_000), blob('good', 5_000)]
      const blobs = await openProject()
      const [badly, well] = await blobs.write([itemOf(bad), itemOf(good)], { ...LOOSE, pack: true })

      if (badly) await corrupt(badly.pack, badly.offset + 2_500)
      else await corrupt(nameOf(bad), 2_500)

      let taken = 0
      const reading = blobs.read(
        [wantOf(bad, badly)],
        async (_, chunks) => {
          for await (const chunk of chunks) taken += chunk.length
        },
        {},
      )
      await check.rejects(reading, 'CORRUPT')
      check.equal(taken, 0, 'bytes that were handed out')
      check.bytesEqual(await readBlob(blobs, wantOf(good, well)), good.bytes, 'its neighbour')
    },
  },
  {
    ...base,
    id: 'blob.verify.swallowed-by-the-sink',
    requires: ['corrupt'],
    obligation: "otherwise the sink's iteration rejects `CORRUPT` and so does the read",
    async run({ openProject, blob, corrupt, check }) {
      const one = blob('a', 5_000)
      const blobs = await openProject()
      await blobs.write([itemOf(one)], LOOSE)
      await corrupt(nameOf(one), 0)

      const codes: unknown[] = []
      const reading = blobs.read(
        [wantOf(one)],
        async (_, chunks) => {
          try {
            for await (const _chunk of chunks) codes.push('a chunk')
          } catch (error) {
            codes.push((error as { code?: unknown }).code)
          }
        },
        {},
      )

      await check.rejects(reading, 'CORRUPT', 'the read, although its sink goes on')
      check.equal(codes, ['CORRUPT'], 'what the sink saw')
    },
  },
  {
    ...base,
    id: 'blob.verify.size-is-not-trusted',
    requires: [],
    obligation: 'No size and no etag is trusted for content.',
    async run({ openProject, blob, check }) {
      const one = blob('a', 5_000)
      const blobs = await openProject()
      await blobs.write([itemOf(one)], LOOSE)

      for (const sizeBytes of [0, 4_999, 5_001]) {
        const reading = readBlob(blobs, { digest: one.digest, sizeBytes })
        await check.rejects(reading, 'CORRUPT', `${sizeBytes} bytes expected`)
      }
    },
  },
  {
    ...base,
    id: 'blob.verify.failing-sink',
    requires: [],
    obligation: 'Takes one blob of a `read`: is called once for each want, with its index',
    async run({ openProject, blob, check }) {
      const all = Array.from({ length: 5 }, (_, index) => blob(`blob ${index}`, 100_000))
      const blobs = await openProject()
      await blobs.write(
        all.map((one) => itemOf(one)),
        LOOSE,
      )
      const problem = new Error('the disk is full')

      const reading = blobs.read(
        all.map((one) => wantOf(one)),
        async (index, chunks) => {
          for await (const _ of chunks) if (index === 2) throw problem
        },
        {},
      )

      const [result] = await Promise.allSettled([reading])
      check.equal(result.status === 'rejected' && result.reason === problem, true, "the sink's own error comes back")
      check.bytesEqual(await readBlob(blobs, wantOf(all[2]!)), all[2]!.bytes, 'the next read')
    },
  },
  {
    ...base,
    id: 'blob.verify.sink-that-stops-early',
    requires: [],
    obligation: 'settles when it has taken all chunks',
    async run({ openProject, blob, check }) {
      const [one, empty] = [blob('a', SIZE), blobOf(new Uint8Array())]
      const blobs = await openProject()
      await blobs.write([itemOf(one), itemOf(empty)], LOOSE)
      let taken = 0

      await blobs.read(
        [wantOf(one), wantOf(one), wantOf(empty)],
        async (index, chunks) => {
          if (index === 0) return
          for await (const chunk of chunks) {
            taken += chunk.length
            break
          }
        },
        {},
      )

      check.equal(taken > 0 && taken < SIZE, true, 'bytes taken')
      check.bytesEqual(await readBlob(blobs, wantOf(one)), one.bytes, 'the next read')
    },
  },
  {
    ...base,
    id: 'blob.verify.abort-while-reading',
    requires: [],
    obligation: 'Stops the call. It then rejects `ABORTED`; nothing half done stays visible.',
    async run({ openProject, blob, check }) {
      const one = blob('a', SIZE)
      const blobs = await openProject()
      await blobs.write([itemOf(one)], LOOSE)
      const controller = new AbortController()

      const reading = blobs.read(
        [wantOf(one)],
        async (_, chunks) => {
          for await (const _chunk of chunks) controller.abort()
        },
        { signal: controller.signal },
      )

      await check.rejects(reading, 'ABORTED')
      check.bytesEqual(await readBlob(blobs, wantOf(one)), one.bytes, 'the next read')
    },
  },
]
