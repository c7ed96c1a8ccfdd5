import { createDigester } from '../../domain/digest.ts'
import { sourceOf } from '../data.ts'
import { LOOSE, itemOf, readBlob, wantOf } from './context.ts'
import type { BlobStoreCase, BlobStoreContext } from './context.ts'
import type { CaseTools } from '../case.ts'

const base = { category: 'round trip', requires: [] } as const

const MIB = 1024 * 1024

/** Blobs beyond any buffer, and beyond one part of a multipart upload. */
export const largeCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.large.5-mib',
    tier: 'quick',
    obligation: 'Must be all or nothing, idempotent, and durable when it answers.',
    run: (context) => roundTrip(context, 5 * MIB + 1),
  },
  {
    ...base,
    id: 'blob.large.70-mib',
    tier: 'full',
    obligation: 'Must be all or nothing, idempotent, and durable when it answers.',
    run: (context) => roundTrip(context, 70 * MIB + 1),
  },
]

async function roundTrip({ openProject, blob, check }: BlobStoreContext & CaseTools, sizeBytes: number): Promise<void> {
  const [ingested, written] = [blob('ingested', sizeBytes), blob('written', sizeBytes)]
  const blobs = await openProject()

  const [stored] = await blobs.ingest([sourceOf(ingested.bytes, { sized: false, chunkBytes: MIB })], LOOSE)
  await blobs.write([itemOf(written, { chunkBytes: 300_000 })], LOOSE)

  check.equal(stored, { digest: ingested.digest, sizeBytes, location: null })
  const fresh = await openProject()
  for (const one of [ingested, written]) {
    const digester = createDigester()
    await fresh.read(
      [wantOf(one)],
      async (_, chunks) => {
        for await (const chunk of chunks) digester.update(chunk)
      },
      {},
    )
    check.equal(digester.digest(), one.digest, 'the digest of what was read')
  }
  const tail = await readBlob(fresh, wantOf(written, null, { last: 10 }))
  check.bytesEqual(tail, written.bytes.subarray(-10), 'its last bytes')
}
