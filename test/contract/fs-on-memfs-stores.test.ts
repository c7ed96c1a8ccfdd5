import { describeBlobStore } from './support/blob-suite.ts'
import { describeMetadataStore } from './support/metadata-suite.ts'
import { memfsData } from './support/stores.ts'
import { describeTransport } from './support/transport-suite.ts'

await describeBlobStore('contract/fs-on-memfs-stores', { name: 'fs on memfs', create: memfsData })
await describeMetadataStore('contract/fs-on-memfs-stores', { name: 'fs on memfs', create: memfsData })
await describeTransport('contract/fs-on-memfs-stores', { name: 'fs on memfs', create: memfsData })
