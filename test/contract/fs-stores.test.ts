import { describeBlobStore } from './support/blob-suite.ts'
import { describeMetadataStore } from './support/metadata-suite.ts'
import { fsData, unsyncedFsData } from './support/stores.ts'
import { describeTransport } from './support/transport-suite.ts'

// With syncs the other two run in the full tier.
const unsynced = { name: 'fs without syncs', create: unsyncedFsData }

await describeBlobStore('contract/fs-stores', { name: 'fs', create: fsData })
await describeMetadataStore('contract/fs-stores', unsynced)
await describeTransport('contract/fs-stores', unsynced)
