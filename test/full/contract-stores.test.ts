import { blobStoreCases } from '../../src/contract/blob-store.ts'
import { metadataStoreCases } from '../../src/contract/metadata-store.ts'
import { transportCases } from '../../src/contract/transport.ts'
import { describeBlobStore } from '../contract/support/blob-suite.ts'
import { describeMetadataStore } from '../contract/support/metadata-suite.ts'
import { MEMORY_STORES, fsData, fullOnly, memfsData, quickOf, unsyncedFsData } from '../contract/support/stores.ts'
import { sqliteData, unsyncedSqliteData } from '../contract/support/sqlite.ts'
import { describeTransport } from '../contract/support/transport-suite.ts'

const file = 'full/contract-stores'

const STORES = {
  ...MEMORY_STORES,
  'fs without syncs': unsyncedFsData,
  'fs on memfs': memfsData,
  'sqlite without syncs': unsyncedSqliteData,
}

// The quick tier is part of `npm test`.
for (const [name, create] of Object.entries(STORES)) {
  await describeBlobStore(file, { name, create, cases: fullOnly(blobStoreCases) })
  await describeMetadataStore(file, { name, create, cases: fullOnly(metadataStoreCases) })
  await describeTransport(file, { name, create, cases: fullOnly(transportCases) })
}

// But not with syncs.
await describeMetadataStore(file, { name: 'fs', create: fsData, cases: quickOf(metadataStoreCases) })
await describeTransport(file, { name: 'fs', create: fsData, cases: quickOf(transportCases) })
await describeMetadataStore(file, { name: 'sqlite', create: sqliteData, cases: quickOf(metadataStoreCases) })
await describeTransport(file, { name: 'sqlite', create: sqliteData, cases: quickOf(transportCases) })
