import { expect, test } from 'vitest'
import { createMemoryData, createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { systemIds } from '../../src/adapters/system/index.ts'
import { artifactIn, contentOf } from '../../src/contract/metadata-store/commands.ts'
import { LadingError } from '../../src/domain/errors.ts'
import type { Clock } from '../../src/ports/environment.ts'
import { checkedMetadataStore } from '../../src/ports/facade/metadata-store.ts'
import { checkedObjectStore } from '../../src/ports/facade/object-store.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { createProtocolMetadataStore } from '../../src/protocol/metadata-store.ts'

const KEY = { project: 'demo', artifact: 'model' }

/** Waits for nobody. */
const clock: Clock = { now: () => '2026-01-01T00:00:00.000Z', monotonicMs: () => 0, pause: async () => {} }

test('an alias that moves away from a version that is then deleted is answered by its new version', async () => {
  const { ann, reader } = await twoVersions(async () => {
    await ann.setAlias('prod', 1)
    await ann.delete(0)
  })

  const found = await reader.resolve(KEY, { kind: 'alias', alias: 'prod' }, {})

  expect(found).toMatchObject({ key: { n: 1 }, live: true, aliases: ['latest', 'prod'] })
})

test('`latest` that is deleted while it is resolved is answered by the version that it falls back to', async () => {
  const { ann, reader } = await twoVersions(() => ann.delete(1, { withAliases: true }))

  const found = await reader.resolve(KEY, { kind: 'latest' }, {})

  expect(found).toMatchObject({ key: { n: 0 }, live: true })
})

test('an alias that is removed while it is resolved is answered by nothing', async () => {
  const { ann, reader } = await twoVersions(() => ann.delete(0, { withAliases: true }))

  expect(await reader.resolve(KEY, { kind: 'alias', alias: 'prod' }, {})).toBeNull()
})

test('a version that is deleted while it is resolved by number has no aliases', async () => {
  const { ann, reader } = await twoVersions(() => ann.delete(0, { withAliases: true }))

  const found = await reader.resolve(KEY, { kind: 'version', n: 0 }, {})

  expect(found).toMatchObject({ live: false, ended: 'deleted', aliases: [] })
})

test('a version whose writer stopped before head counted it is found by its digest, as by its number', async () => {
  const shared = createMemoryData()
  const memory = createMemoryObjectStore({ shared })
  const compareAndSwap = async (): Promise<never> => {
    throw new LadingError('UNKNOWN_OUTCOME', { detail: 'the answer was lost' })
  }
  const stopped = artifactIn(storeOver({ ...memory, compareAndSwap }), KEY)
  await expect(stopped.log('A')).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' })
  const reader = storeOver(createMemoryObjectStore({ shared }))

  const byNumber = await reader.resolve(KEY, { kind: 'version', n: 0 }, {})
  const byDigest = await reader.resolve(KEY, { kind: 'digest', digest: contentOf('A') }, {})

  expect(byNumber).toMatchObject({ key: { n: 0 }, live: true })
  expect(byDigest).toEqual(byNumber)
})

/** v0 with alias prod, v1; `meanwhile` happens once, just before the reader reads its first version. */
async function twoVersions(meanwhile: () => Promise<unknown>) {
  const shared = createMemoryData()
  const memory = createMemoryObjectStore({ shared })
  const ann = artifactIn(storeOver(memory), KEY)
  await ann.log('A', { aliases: ['prod'] })
  await ann.log('B')
  let isDue = true
  const reader = storeOver({
    ...memory,
    async get(key, options) {
      if (isDue && key.includes('/versions/')) {
        isDue = false
        await meanwhile()
      }
      return memory.get(key, options)
    },
  })
  return { ann, reader }
}

function storeOver(driver: ObjectStore) {
  return checkedMetadataStore(
    createProtocolMetadataStore({ objects: checkedObjectStore(driver), clock, ids: systemIds }),
  )
}
