import { describeBlobStore } from './support/blob-suite.ts'
import { describeMetadataStore } from './support/metadata-suite.ts'
import { fsData } from './support/stores.ts'

await describeBlobStore('contract/fs-stores', 'fs', fsData)
await describeMetadataStore('contract/fs-stores', { name: 'fs', create: fsData })
