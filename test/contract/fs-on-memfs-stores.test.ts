import { describeBlobStore } from './support/blob-suite.ts'
import { describeMetadataStore } from './support/metadata-suite.ts'
import { memfsData } from './support/stores.ts'

await describeBlobStore('contract/fs-on-memfs-stores', 'fs on memfs', memfsData)
await describeMetadataStore('contract/fs-on-memfs-stores', { name: 'fs on memfs', create: memfsData })
