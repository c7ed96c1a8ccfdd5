// The driver's part of test/contract.test.ts with the test runner of Node, for who has no vitest.
import { after, before, describe, it } from 'node:test'
import { describeContract, objectStoreCases } from 'lading/contract'
import { startShelfServer } from './shelf-server.ts'
import type { ShelfServer } from './shelf-server.ts'
import skips from './skips.json' with { type: 'json' }
import { subjectsOn } from './subjects.ts'

let server: ShelfServer

before(async () => {
  server = await startShelfServer()
})
after(() => server.close())

describeContract({ describe, it }, objectStoreCases, subjectsOn(() => server).driver, { tier: 'quick', skips })
