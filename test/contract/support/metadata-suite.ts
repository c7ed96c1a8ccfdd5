import { describe, it } from 'vitest'
import { describeContract } from '../../../src/contract/index.ts'
import { metadataStoreCases } from '../../../src/contract/metadata-store.ts'
import { metadataCapabilityNames, metadataStoreSubject } from '../../../src/contract/metadata-store/context.ts'
import { skipsOf } from './skips.ts'
import { portsOf, quickOf } from './stores.ts'
import type { Suite } from './stores.ts'

/** Declares the MetadataStore contract for one kind of store. */
export async function describeMetadataStore(
  file: string,
  { name, create, cases = quickOf(metadataStoreCases) }: Suite<typeof metadataStoreCases>,
): Promise<void> {
  const title = `${name}, MetadataStore`
  const probe = await create()
  const capabilities = metadataCapabilityNames(portsOf(probe).metadata.capabilities)
  await probe.cleanup()
  const subject = metadataStoreSubject({
    name: title,
    capabilities,
    async create() {
      const data = await create()
      return {
        open: async (options) => portsOf(data, options).metadata,
        cleanup: () => data.cleanup(),
      }
    },
  })
  describeContract({ describe, it }, cases, subject, { tier: 'full', skips: skipsOf(file, title) })
}
