import { expect, it } from 'vitest'
import { createMemoryData, createMemoryObjectStore } from '../../../src/adapters/memory/index.ts'
import { createPorts } from '../../../src/composition/create-ports.ts'
import {
  metadataCapabilityNames,
  metadataStoreCases,
  metadataStoreSubject,
  runCase,
} from '../../../src/contract/index.ts'
import type { ContractFailure } from '../../../src/contract/index.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'

interface Break {
  readonly driver?: (driver: ObjectStore) => ObjectStore
  readonly metadata?: (store: MetadataStore) => MetadataStore
}

const ALIASES = 'metadata.linearizable.aliases'
const VERSIONS = 'metadata.linearizable.versions'

it('heads that are read from a cache are found: an old answer is no answer', async () => {
  const failure = await failureOf(ALIASES, { metadata: withStaleHeads })

  expect(failure.expected).toMatch(/^"read" of client \d at \d+ to answer /)
  expect(failure.seen).toContain('no order explains these operations:')
  expect(failure.message).toContain('obligation: Must decide by `decide`')
})

it('heads that are replaced without comparing are found: an alias that was set is lost', async () => {
  const failure = await failureOf(ALIASES, { driver: withBlindSwaps })

  expect(failure.seen).toMatch(/point (best|prod) at v\d .*→ done/)
  expect(failure.seen).toContain('no order explains these operations:')
})

it('versions that two writers make under one number are found', async () => {
  const failure = await failureOf(VERSIONS, { driver: withBlindCreations })

  expect(failure.expected).toMatch(/^"(log|read|delete|point) ?.*" of client \d at \d+ to answer /)
  expect(failure.seen).toContain('no order explains these operations:')
})

it('a store that keeps its port passes', async () => {
  await run(ALIASES, {}, 1)
  await run(VERSIONS, {}, 1)
})

/** The failure of a case, under the first seed that shows it. */
async function failureOf(caseId: string, broken: Break): Promise<ContractFailure> {
  for (let seed = 0; seed < 20; seed++) {
    const [result] = await Promise.allSettled([run(caseId, broken, seed)])
    if (result!.status === 'rejected' && result!.reason.seen.includes('no order')) return result!.reason
  }
  throw new Error(`${caseId} did not find it`)
}

async function run(caseId: string, { driver = (same) => same, metadata = (same) => same }: Break, seed: number) {
  const subject = metadataStoreSubject({
    name: 'broken',
    capabilities: metadataCapabilityNames(createPorts(createMemoryObjectStore()).metadata.capabilities),
    async create() {
      const shared = createMemoryData()
      const open = async () => metadata(createPorts(driver(createMemoryObjectStore({ shared }))).metadata)
      return { open, cleanup: async () => {} }
    },
  })
  await runCase(
    metadataStoreCases.find(({ id }) => id === caseId)!,
    subject,
    { seed },
  )
}

/** Answers what the read before would have answered now. */
function withStaleHeads(store: MetadataStore): MetadataStore {
  let before: Awaited<ReturnType<MetadataStore['head']>> | undefined
  return {
    ...store,
    async head(key, options) {
      const now = await store.head(key, options)
      const answer = before === undefined ? now : before
      before = now
      return answer
    },
  }
}

/** The last writer wins. */
function withBlindSwaps(driver: ObjectStore): ObjectStore {
  return {
    ...driver,
    async compareAndSwap(key, bytes, _ifMatch, options) {
      await driver.put(key, bytes, options)
      return { etag: (await driver.stat(key, options))!.etag }
    },
  }
}

/** The same for the records of versions. */
function withBlindCreations(driver: ObjectStore): ObjectStore {
  return {
    ...driver,
    async putIfAbsent(key, body, options) {
      if (!key.includes('/versions/') || !(body instanceof Uint8Array)) return driver.putIfAbsent(key, body, options)
      await driver.put(key, body, options)
      return { etag: (await driver.stat(key, options))!.etag }
    },
  }
}
