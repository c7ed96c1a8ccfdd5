import { describe, it } from 'vitest'
import { systemClock, systemIds } from '../../../src/adapters/system/index.ts'
import { createInProcessTransport } from '../../../src/application/service/in-process.ts'
import { describeContract } from '../../../src/contract/index.ts'
import { transportCases } from '../../../src/contract/transport.ts'
import { transportCapabilityNames, transportSubject } from '../../../src/contract/transport/context.ts'
import { checkedBlobStore } from '../../../src/ports/facade/blob-store.ts'
import { checkedMetadataStore } from '../../../src/ports/facade/metadata-store.ts'
import type { Transport } from '../../../src/ports/transport.ts'
import { skipsOf } from './skips.ts'
import { portsOf, quickOf } from './stores.ts'
import type { PortsData, StoreData, Suite } from './stores.ts'

/** Declares the Transport contract for the service in this process over one kind of store. */
export async function describeTransport(
  file: string,
  { name, create, cases = quickOf(transportCases) }: Suite<typeof transportCases>,
): Promise<void> {
  const title = `${name}, Transport`
  const probe = await create()
  const capabilities = transportCapabilityNames(inProcess(probe).capabilities)
  await probe.cleanup()
  const subject = transportSubject({
    name: title,
    capabilities,
    async create() {
      const data = await create()
      return { open: async () => inProcess(data), cleanup: () => data.cleanup() }
    },
  })
  describeContract({ describe, it }, cases, subject, { tier: 'full', skips: skipsOf(file, title) })
}

function inProcess(data: StoreData | PortsData): Transport {
  const { metadata, blobs } = portsOf(data)
  const checked = { metadata: checkedMetadataStore(metadata), blobs: checkedBlobStore(blobs) }
  return createInProcessTransport({ ...checked, clock: systemClock, ids: systemIds })
}
