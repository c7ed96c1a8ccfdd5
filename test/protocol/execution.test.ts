import { describe, expect, test } from 'vitest'
import { createMemoryData, createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import type { MemoryOptions } from '../../src/adapters/memory/index.ts'
import { encodeDocument } from '../../src/domain/canonical-json.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { LadingError } from '../../src/domain/errors.ts'
import { checkedMetadataStore } from '../../src/ports/facade/metadata-store.ts'
import { checkedObjectStore } from '../../src/ports/facade/object-store.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { createProtocolMetadataStore } from '../../src/protocol/metadata-store.ts'
import { logOf } from '../support/log-command.ts'

const KEY = { project: 'p', artifact: 'm' }
const VERSION_0 = 'p/p/a/m/versions/0000000000/0000000000'

/** A store whose clock does not make anyone wait, over a driver that a test may tamper with. */
function open(options: MemoryOptions, tamper: (driver: ObjectStore) => Partial<ObjectStore> = () => ({})) {
  const driver = createMemoryObjectStore(options)
  let next = 0
  const clock = { now: () => '2026-01-01T00:00:00.000Z', monotonicMs: () => 0, pause: async () => undefined }
  const ids = { next: () => `id-${next++}`, random: () => 0.5 }
  const objects = checkedObjectStore({ ...driver, ...tamper(driver) })
  return checkedMetadataStore(createProtocolMetadataStore({ objects, clock, ids }))
}

const down = () => Promise.reject(new LadingError('UNAVAILABLE', { detail: 'the store is down', retry: 'never' }))

describe('an outcome that cannot be read back is UNKNOWN_OUTCOME', () => {
  test('when the version was taken and nobody can see by whom', async () => {
    let sent = false
    const metadata = open({}, (driver) => ({
      async putIfAbsent(key, body, options) {
        const answer = await driver.putIfAbsent(key, body, options)
        sent ||= key === VERSION_0
        return key === VERSION_0 ? 'exists' : answer
      },
      get: (key, options) => (sent ? down() : driver.get(key, options)),
    }))

    await expect(metadata.commit(KEY, logOf('a'), {})).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' })
  })

  test('when an atomic commit was stale and nobody can see why', async () => {
    let sent = false
    const metadata = open({ batch: true }, (driver) => ({
      batch: {
        ...driver.batch,
        async commit(writes, options) {
          await driver.batch.commit(writes, options)
          sent = true
          return 'stale'
        },
        commitsSince: (commit, options) => (sent ? down() : driver.batch.commitsSince(commit, options)),
      },
    }))

    await expect(metadata.commit(KEY, logOf('a'), {})).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' })
  })
})

test('a store that is busy for certain can be stopped, and nothing was changed', async () => {
  const stop = new AbortController()
  const shared = createMemoryData()
  const metadata = open({ shared }, (driver) => ({
    async putIfAbsent(key, body, options) {
      if (key !== VERSION_0) return driver.putIfAbsent(key, body, options)
      stop.abort()
      throw new LadingError('UNAVAILABLE', { detail: 'slow down' })
    },
  }))

  await expect(metadata.commit(KEY, logOf('a'), { signal: stop.signal })).rejects.toMatchObject({
    code: expect.stringMatching(/^(ABORTED|UNAVAILABLE)$/),
  })

  expect(await open({ shared }).resolve(KEY, { kind: 'version', n: 0 }, {})).toBeNull()
})

describe('a damaged store is CORRUPT, and nothing is changed', () => {
  async function damaged(key: string, change: (document: Record<string, unknown>) => Record<string, unknown>) {
    const shared = createMemoryData()
    await open({ shared }).commit(KEY, logOf('a'), {})
    const objects = createMemoryObjectStore({ shared })
    const found = await objects.get(key, {})
    await objects.put(key, encodeDocument(change(JSON.parse(new TextDecoder().decode(found!.bytes)))), {})
    return open({ shared })
  }

  test.each([
    ['a floor above the next number', { floor: 9 }],
    ['an alias of a version that is not counted', { aliases: { prod: 5 } }],
    ['an alias called latest', { aliases: { latest: 0 } }],
    ['a latest version beyond all others', { latest: { n: 9_000_000_000_000_000, digest: sha256('x'), opId: 'x' } }],
  ])('head with %s', async (_what, change) => {
    const metadata = await damaged('p/p/heads/m', (head) => ({ ...head, ...change }))

    await expect(metadata.commit(KEY, logOf('b'), {})).rejects.toMatchObject({ code: 'CORRUPT', key: 'p/p/heads/m' })
  })

  test('the record of another version under its number', async () => {
    const metadata = await damaged(VERSION_0, (record) => ({ ...record, n: 7 }))

    await expect(metadata.record({ ...KEY, n: 0 }, {})).rejects.toMatchObject({ code: 'CORRUPT', key: VERSION_0 })
  })

  test('a counted version without a record', async () => {
    const shared = createMemoryData()
    await open({ shared }).commit(KEY, logOf('a'), {})
    await createMemoryObjectStore({ shared }).delete([VERSION_0], {})

    const alias = { ...logOf('x'), kind: 'setAlias', alias: 'prod', n: 0, expect: undefined } as const
    await expect(open({ shared }).commit(KEY, alias, {})).rejects.toMatchObject({ code: 'CORRUPT' })
  })
})

test('unknown members of a newer minor format survive a change of head', async () => {
  const shared = createMemoryData()
  await open({ shared }).commit(KEY, logOf('a'), {})
  const objects = createMemoryObjectStore({ shared })
  const head = JSON.parse(new TextDecoder().decode((await objects.get('p/p/heads/m', {}))!.bytes))
  await objects.put('p/p/heads/m', encodeDocument({ ...head, fromTheFuture: 1 }), {})

  await open({ shared }).commit(KEY, logOf('b'), {})

  const after = JSON.parse(new TextDecoder().decode((await objects.get('p/p/heads/m', {}))!.bytes))
  expect(after).toMatchObject({ next: 2, fromTheFuture: 1 })
})

test('files that are not ours beside the bodies of a register change nothing', async () => {
  const shared = createMemoryData()
  const objects = createMemoryObjectStore({ shared, register: 'numbered' })
  const metadata = open({ shared, register: 'numbered' })
  await metadata.commit(KEY, logOf('a'), {})
  await objects.put('p/p/heads/m/0000000000/0000000001.bak', encodeDocument({ rev: 99 }), {})
  await objects.put(`p/p/a/m/digests/${sha256('a')}/0000000007.orig`, encodeDocument({ n: 7 }), {})

  const answer = await metadata.commit(KEY, logOf('b'), {})

  expect(answer).toMatchObject({ n: 1, created: true })
  expect(await metadata.resolve(KEY, { kind: 'digest', digest: sha256('a') }, {})).toMatchObject({ live: true })
})

test('a log that would pass a limit is refused, and a later send of it cannot tell', async () => {
  const metadata = open({})
  const aliases = (from: number) => Array.from({ length: 600 }, (_, index) => `alias-${from + index}`)
  await metadata.commit(KEY, logOf('a', { aliases: aliases(0) }), {})

  const tooMany = logOf('b', { aliases: aliases(600) })
  await expect(metadata.commit(KEY, tooMany, {})).rejects.toMatchObject({ code: 'INVALID' })
  await expect(metadata.commit(KEY, { ...tooMany, delivery: 'resent' }, {})).rejects.toMatchObject({
    code: 'UNKNOWN_OUTCOME',
  })
})

describe('records that no lading writes are CORRUPT before anything is built on them', () => {
  const put = async (overrides: Record<string, unknown>) => {
    const shared = createMemoryData()
    await open({ shared }).commit(KEY, logOf('a'), {})
    const { kind: _kind, baseRev: _baseRev, delivery: _delivery, at: createdAt, ...content } = logOf('planted')
    const record = { ...content, n: 1, createdAt, deleted: false, ...overrides }
    await createMemoryObjectStore({ shared }).put('p/p/a/m/versions/0000000000/0000000001', encodeDocument(record), {})
    return open({ shared })
  }

  test.each([
    ['latest among its aliases', { aliases: ['latest'] }],
    ['a name with an escape sequence among its aliases', { aliases: ['\u001b[31m'] }],
    ['a run that leaves its folder', { run: { project: '..', id: '../x', name: 'x' } }],
    ['another type', { type: 'dataset' }],
  ])('a version with %s', async (_what, overrides) => {
    const metadata = await put(overrides)

    await expect(metadata.commit(KEY, logOf('b'), {})).rejects.toMatchObject({
      code: expect.stringMatching(/^(CORRUPT|UNKNOWN_OUTCOME)$/),
    })

    expect(await metadata.head(KEY, {})).toMatchObject({ next: 1 })
  })
})
