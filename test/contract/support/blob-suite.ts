import { describe, it } from 'vitest'
import { describeContract } from '../../../src/contract/index.ts'
import { blobStoreCases } from '../../../src/contract/blob-store.ts'
import { blobCapabilityNames, blobStoreSubject } from '../../../src/contract/blob-store/context.ts'
import { skipsOf } from './skips.ts'
import { portsOf, quickOf } from './stores.ts'
import type { Suite } from './stores.ts'

/** Declares the BlobStore contract for one kind of store. */
export async function describeBlobStore(
  file: string,
  { name, create, cases = quickOf(blobStoreCases) }: Suite<typeof blobStoreCases>,
): Promise<void> {
  const title = `${name}, BlobStore`
  const probe = await create()
  const capabilities = blobCapabilityNames(portsOf(probe).blobs.capabilities)
  const hasPlaces = probe.places !== undefined
  await probe.cleanup()
  const subject = blobStoreSubject({
    name: title,
    capabilities: [...capabilities, 'corrupt', ...(hasPlaces ? ['places'] : [])],
    async create() {
      const data = await create()
      return {
        open: async () => portsOf(data).blobs,
        corrupt: (at) => data.corrupt(at),
        ...(data.places ? { places: data.places } : {}),
        cleanup: () => data.cleanup(),
      }
    },
  })
  describeContract({ describe, it }, cases, subject, { tier: 'full', skips: skipsOf(file, title) })
}
