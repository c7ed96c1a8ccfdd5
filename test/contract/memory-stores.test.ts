import { describeBlobStore } from './support/blob-suite.ts'
import { describeMetadataStore } from './support/metadata-suite.ts'
import { BULK_STORES, MEMORY_STORES } from './support/stores.ts'
import { describeTransport } from './support/transport-suite.ts'

for (const [name, create] of Object.entries(MEMORY_STORES)) {
  await describeBlobStore('contract/memory-stores', { name, create })
  await describeMetadataStore('contract/memory-stores', { name, create })
  await describeTransport('contract/memory-stores', { name, create })
}

for (const [name, create] of Object.entries(BULK_STORES)) {
  await describeBlobStore('contract/memory-stores', { name, create })
}
