import { blobStoreCases, describeContract, metadataStoreCases, objectStoreCases } from 'lading/contract'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { startShelfServer } from './shelf-server.ts'
import type { ShelfServer } from './shelf-server.ts'
import skips from './skips.json' with { type: 'json' }
import { subjectsOn } from './subjects.ts'

let server: ShelfServer

beforeAll(async () => {
  server = await startShelfServer()
})
afterAll(() => server.close())

const { driver, metadata, blobs } = subjectsOn(() => server)
describeContract({ describe, it }, objectStoreCases, driver, { tier: 'quick', skips })
describeContract({ describe, it }, metadataStoreCases, metadata, { tier: 'quick', skips })
describeContract({ describe, it }, blobStoreCases, blobs, { tier: 'quick', skips })
