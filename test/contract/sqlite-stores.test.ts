import { describeBlobStore } from './support/blob-suite.ts'
import { describeMetadataStore } from './support/metadata-suite.ts'
import { unsyncedSqliteData } from './support/sqlite.ts'
import { describeTransport } from './support/transport-suite.ts'

// With syncs all three run in the full tier.
const unsynced = { name: 'sqlite without syncs', create: unsyncedSqliteData }

await describeBlobStore('contract/sqlite-stores', unsynced)
await describeMetadataStore('contract/sqlite-stores', unsynced)
await describeTransport('contract/sqlite-stores', unsynced)
