import { describe, expect, test } from 'vitest'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { systemIds } from '../../src/adapters/system/index.ts'
import { encodeDocument } from '../../src/domain/canonical-json.ts'
import type { Digest } from '../../src/domain/digest.ts'
import { sha256 } from '../../src/domain/digest.ts'
import type { DraftPart, FinishClosing } from '../../src/domain/draft.ts'
import { isLadingError } from '../../src/domain/errors.ts'
import { createManifest, manifestDigest } from '../../src/domain/manifest.ts'
import type { Manifest } from '../../src/domain/manifest.ts'
import type { RunRef } from '../../src/domain/version.ts'
import { checkedMetadataStore } from '../../src/ports/facade/metadata-store.ts'
import { checkedObjectStore } from '../../src/ports/facade/object-store.ts'
import type { FinishRoundOptions } from '../../src/ports/draft-store.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { createProtocolMetadataStore } from '../../src/protocol/metadata-store.ts'
import { logOf } from '../support/log-command.ts'
import { createTestStore, FLAVOURS } from './history-fixtures.ts'

const KEY = { project: 'p', artifact: 'model' }
const ROUND = { ...KEY, id: 'night', round: 0 }
const AT = '2026-01-01T00:00:00.000Z'
const FACTS = { type: 'model', metadata: null, metadataDigest: null, description: null, at: AT }

const manifests = new Map<Digest, Manifest>()
const FINISHING: FinishRoundOptions = {
  manifestOf: async (digest) => manifests.get(digest)!,
  confirm: async () => {},
}

const runOf = (id: string): RunRef => ({ project: 'p', id, name: id })

function partOf(opId: string, run: string, files: Record<string, string>): DraftPart {
  const entries = Object.entries(files).map(([path, text]) => ({ path, digest: sha256(text), size: text.length }))
  const manifest = createManifest(entries)
  manifests.set(manifestDigest(manifest), manifest)
  return { ...FACTS, opId, run: runOf(run), manifest: manifestDigest(manifest) }
}

function finishOf(opId: string, given: Partial<FinishClosing> = {}): FinishClosing {
  const intent = { baseRev: 0, run: runOf('leader'), aliases: ['prod'], onConflict: 'refuse' } as const
  return { kind: 'finish', opId, ...FACTS, ...intent, ...given }
}

async function twoParts(store: MetadataStore): Promise<void> {
  await store.drafts.upsert(ROUND, partOf('01', 'ann', { a: 'A' }), {})
  await store.drafts.upsert(ROUND, partOf('02', 'ben', { b: 'B' }), {})
}

const UNION = partOf('union', 'nobody', { a: 'A', b: 'B' }).manifest

describe.each(FLAVOURS)('on a store with %s commits', (flavour) => {
  test('a finish that dies at any request is carried to its end by the next one, under the same operation', async () => {
    let endedAt = 0
    for (let requests = 1; endedAt === 0; requests++) {
      const store = createTestStore(flavour)
      await twoParts(store.metadata)
      const first = store.dying(requests).drafts.finish(ROUND, finishOf('first'), FINISHING)
      const died = await first.then(
        () => false,
        () => true,
      )

      const fresh = store.another()
      const answer = await fresh.drafts.finish(ROUND, finishOf('second', { aliases: [] }), FINISHING)

      const { out } = await fresh.linksOf({ ...KEY, n: 0 }, {})
      expect({ n: answer.n, digest: answer.record?.digest }).toEqual({ n: 0, digest: UNION })
      // Who came first has said which aliases move, unless he died before he could.
      expect((await fresh.head(KEY, {}))?.aliases).toEqual(answer.record?.opId === 'first' ? { prod: 0 } : {})
      expect(out.map(({ id }) => id).sort()).toEqual(['ann', 'ben', 'leader'])
      expect((await fresh.versions(KEY, { newestFirst: true, limit: 10 })).items).toHaveLength(1)
      expect(await fresh.drafts.round(ROUND, {})).toBe(1)
      if (!died) endedAt = requests
    }
    expect(endedAt).toBeGreaterThan(5)
  })

  test('what a run gave is its output as soon as the round has become a version', async () => {
    const seen = new Set<boolean>()
    for (let requests = 1, died = true; died; requests++) {
      const store = createTestStore(flavour)
      await twoParts(store.metadata)
      const finishing = store.dying(requests).drafts.finish(ROUND, finishOf('first'), FINISHING)
      died = await finishing.then(
        () => false,
        () => true,
      )

      const isConcluded = (await store.metadata.drafts.round(ROUND, {})) === 1
      const { out } = await store.another().linksOfRun('p', 'ann', {})

      seen.add(isConcluded)
      if (isConcluded) expect(out).toEqual([{ ...KEY, n: 0 }])
    }
    expect([...seen]).toEqual([false, true])
  })

  test('an upsert that dies at any request is in the version, or is not there at all', async () => {
    for (let requests = 1; requests < 20; requests++) {
      const store = createTestStore(flavour)
      await store.metadata.drafts.upsert(ROUND, partOf('01', 'ann', { a: 'A' }), {})
      const upserting = store.dying(requests).drafts.upsert(ROUND, partOf('02', 'ben', { b: 'B' }), {})
      const isAcknowledged = await upserting.then(
        () => true,
        () => false,
      )

      const { record } = await store.another().drafts.finish(ROUND, finishOf('first'), FINISHING)

      expect(isAcknowledged ? [2] : [1, 2]).toContain(record?.fileCount)
    }
  })

  test('a finisher that died long ago is found by its operation, and its aliases stay where others moved them', async () => {
    const store = createTestStore(flavour)
    await twoParts(store.metadata)
    await concludedLess(store.metadata, finishOf('first'))
    for (let move = 0; move < 130; move++) await moveAlias(store.metadata, move)

    const answer = await store.another().drafts.finish(ROUND, finishOf('second'), FINISHING)

    expect(answer).toMatchObject({ n: 0, created: true, record: { opId: 'first' } })
    expect((await store.metadata.head(KEY, {}))?.next).toBe(1)
  })

  test('a finisher that died long ago before it logged is carried out without its aliases', async () => {
    const store = createTestStore(flavour)
    await twoParts(store.metadata)
    await store.metadata.commit(KEY, logOf('other'), {})
    await closedOnly(store.metadata, finishOf('first'))
    for (let move = 0; move < 130; move++) await moveAlias(store.metadata, move)

    const answer = await store.another().drafts.finish(ROUND, finishOf('second'), FINISHING)

    expect(answer).toMatchObject({ n: 1, record: { digest: UNION, aliases: [], draft: { id: 'night', round: 0 } } })
    expect((await store.metadata.head(KEY, {}))?.aliases).not.toHaveProperty('prod')
  })
})

describe('the documents of a round', () => {
  test('a closing for a type that the artifact has not got can never be logged, so that it may be abandoned', async () => {
    const { driver, metadata } = open()
    await twoParts(metadata)
    await put(driver, 'closing', finishOf('first'))
    await metadata.commit(KEY, logOf('rival', { type: 'dataset' }), {})
    const abandoning = { kind: 'abandon', opId: 'give-up', at: AT, run: null } as const

    await expect(metadata.drafts.finish(ROUND, finishOf('second'), FINISHING)).rejects.toMatchObject({
      code: 'CONFLICT',
      next: expect.stringContaining('abandon the draft'),
    })
    await metadata.drafts.abandon(ROUND, abandoning, {})

    expect(await metadata.drafts.round(ROUND, {})).toBe(1)
    expect((await metadata.head(KEY, {}))?.next).toBe(1)
  })

  test('a part that is counted and gone is CORRUPT, naming it', async () => {
    const { driver, metadata } = open()
    await twoParts(metadata)
    const part = 'p/p/a/model/drafts/night/0000000000/parts/02'
    await put(driver, 'closing', finishOf('first'))
    await put(driver, 'closed', { parts: ['01', '02'] })
    await driver.delete([part], {})

    await expect(metadata.drafts.finish(ROUND, finishOf('first'), FINISHING)).rejects.toMatchObject({
      code: 'CORRUPT',
      key: part,
    })
  })

  test('a part that no log takes is CORRUPT before it closes the round, which may be abandoned', async () => {
    const { driver, metadata } = open()
    const part = { draft: 'night', ...partOf('01', 'ann', { a: 'A' }), description: 'x'.repeat(16 * 1024 + 1) }
    await put(driver, 'parts/01', part)

    await expect(metadata.drafts.finish(ROUND, finishOf('first'), FINISHING)).rejects.toMatchObject({ code: 'CORRUPT' })
    await metadata.drafts.abandon(ROUND, { kind: 'abandon', opId: 'give-up', at: AT, run: null }, {})

    expect(await metadata.drafts.round(ROUND, {})).toBe(1)
  })

  test("a part under another one's name is CORRUPT", async () => {
    const { driver, metadata } = open()
    await metadata.drafts.upsert(ROUND, partOf('01', 'ann', { a: 'A' }), {})
    await put(driver, 'parts/02', { draft: 'night', ...partOf('03', 'ben', { b: 'B' }) })

    await expect(metadata.drafts.finish(ROUND, finishOf('first'), FINISHING)).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  test('files that are none of ours are passed over', async () => {
    const { driver, metadata } = open()
    await twoParts(metadata)
    await put(driver, 'parts/.DS_Store/x', {})
    await put(driver, 'parts/01~/x', {})

    const { record } = await metadata.drafts.finish(ROUND, finishOf('first'), FINISHING)

    expect(record?.fileCount).toBe(2)
  })

  test('an id that is no name has a folder of its own, and is listed as it was given', async () => {
    const { driver, metadata } = open()
    const id = 'nightly/2026 ü'
    await metadata.drafts.upsert({ ...ROUND, id }, partOf('01', 'ann', { a: 'A' }), {})

    const { items } = await metadata.drafts.list(KEY, { limit: 10 })
    const { entries } = await driver.list('p/p/a/model/drafts/', { depth: 'children', limit: 10 })

    expect(items.map(({ round }) => round.id)).toEqual([id])
    expect(entries.map(({ key }) => key)).toEqual([`p/p/a/model/drafts/x-${sha256(id).slice(0, 32)}/`])
  })
})

function open() {
  const driver = createMemoryObjectStore()
  const clock = { now: () => AT, monotonicMs: () => 0, pause: async () => undefined }
  const objects = checkedObjectStore(driver)
  return { driver, metadata: checkedMetadataStore(createProtocolMetadataStore({ objects, clock, ids: systemIds })) }
}

function put(driver: ReturnType<typeof createMemoryObjectStore>, name: string, document: object) {
  return driver.putIfAbsent(`p/p/a/model/drafts/night/0000000000/${name}`, encodeDocument(document), {})
}

let moves = 0
function moveAlias(store: MetadataStore, move: number) {
  const told = { opId: `move-${moves++}`, baseRev: 0, delivery: 'alone', at: AT, run: null } as const
  return store.commit(
    KEY,
    { kind: 'setAlias', ...told, alias: 'other', n: move % 2 === 0 ? 0 : null, expect: undefined },
    {},
  )
}

/** A finisher that dies before it logs. */
async function closedOnly(store: MetadataStore, closing: FinishClosing): Promise<void> {
  const dead = { ...FINISHING, confirm: () => Promise.reject(new Error('the process is dead')) }
  await expect(store.drafts.finish(ROUND, closing, dead)).rejects.toSatisfy((error) => isLadingError(error))
}

/** A finisher that dies between its log and the result of the round. */
async function concludedLess(store: MetadataStore, closing: FinishClosing): Promise<void> {
  const { kind: _kind, onConflict: _onConflict, ...intent } = closing
  const content = { digest: UNION, sizeBytes: 2, fileCount: 2, draft: { id: 'night', round: 0 } }
  await closedOnly(store, closing)
  await store.commit(KEY, logOf('union', { ...intent, ...content, delivery: 'resent' }), {})
}
