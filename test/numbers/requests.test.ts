import { beforeAll, describe, expect, test } from 'vitest'
import { Artifact } from '../../src/application/client/artifact.ts'
import { createCountedStore } from '../support/counted-store.ts'
import type { CountedStore } from '../support/counted-store.ts'
import { logOf } from '../support/log-command.ts'

/** Without contention, on native registers, `blobs` counts files and the manifest. */
const BUDGET = {
  newVersion: 9,
  unchangedLatest: 3,
  unchangedOlder: 5,
  inRun: 2,
  resolve: 2,
  resolveByDigest: 3,
  use: 4,
  useByDigest: 5,
  setAlias: 4,
  setAliasByDigest: 5,
  deleteVersion: 5,
  pageOfFifty: 52,
  /** head ∥ gc, blob, gc, manifest, the run's edge, the part, closing. The run's first one asks for the round: 1 more. */
  upsert: 8,
  /** The part and its manifest. */
  finishPart: 2,
  /** The round, the type, the parts; closing, closed and result, each read, written and read; gc and result again. */
  finish: 13,
}

/** Bytes of an ingest are on their way before a one-pass store knows their digest: not counted in "unchanged". */
const INGESTED = 1

let unique = 0
const text = (content: string) => new Artifact('model').addFile(new TextEncoder().encode(content), 'weights.bin')
const fresh = () => text(`content ${unique++}`)
const part = (name: string) => new Artifact('model').addFile(new TextEncoder().encode(`${name} ${unique++}`), name)

async function fillTo(store: CountedStore, versions: number): Promise<void> {
  for (let n = 0; n < versions; n++) {
    await store.metadata.commit({ project: 'p', artifact: 'model' }, logOf(`filler ${n}`, { type: 'unspecified' }), {})
  }
}

interface Costs {
  readonly count: Record<string, number>
  readonly bytes: Record<string, number>
}

/** Runs every operation once, in a fixed order, and counts each. */
async function measure(versions: number): Promise<Costs> {
  const store = createCountedStore()
  const { lading } = store
  await lading.save(text('oldest'))
  await fillTo(store, versions)
  const run = await lading.init({})
  const newest = fresh()
  const costs: Costs = { count: {}, bytes: {} }
  const cost = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const { value, count, bytes } = await store.count(work)
    costs.count[name] = count
    costs.bytes[name] = bytes
    return value
  }
  await cost('new version', () => lading.save(newest))
  const latest = `content ${unique - 1}`
  await cost('unchanged, latest', () => lading.save(text(latest)))
  await cost('unchanged, older', () => lading.save(text('oldest')))
  await cost('unchanged, latest, in a run', () => run.logArtifact(text(latest)))
  await cost('unchanged, older, in a run', () => run.logArtifact(text('oldest')))
  const found = await cost('resolve latest', () => lading.getArtifact('model'))
  await cost('resolve by number', () => lading.getArtifact('model:v0'))
  await cost('resolve by digest', () => lading.getArtifact(`model@${found.digest}`))
  await cost('use', () => run.useArtifact('model'))
  await cost('use by digest', () => run.useArtifact(`model@${found.digest}`))
  await cost('set alias', () => lading.setAlias('model:v0', 'prod'))
  await cost('set alias to latest', () => lading.setAlias('model', 'prod'))
  await cost('set alias by digest', () => lading.setAlias(`model@${found.digest}`, 'best'))
  await cost('unchanged, older, alias moves', () => lading.save(text('oldest'), { aliases: ['moved'] }))
  await cost('new version in a run', () => run.logArtifact(fresh()))
  const page = { limit: 50, newestFirst: true }
  await cost('page of versions', () => store.metadata.versions({ project: 'p', artifact: 'model' }, page))
  const [ann, ben] = [await lading.init({ group: 'night' }), await lading.init({ group: 'night' })]
  await cost('first upsert', () => ann.upsertArtifact(part('ann')))
  await ben.upsertArtifact(part('ben'))
  await cost('another upsert', () => ben.upsertArtifact(part('more of ben')))
  await cost('finish of three parts by two runs', () => ann.finishArtifact('model'))
  const doomed = await lading.getArtifact('model:v0')
  await cost('delete', () => doomed.delete({ aliases: true }))
  return costs
}

const RULES: readonly (readonly [name: string, most: number])[] = [
  ['new version', BUDGET.newVersion + 1],
  ['new version in a run', BUDGET.newVersion + 1],
  ['unchanged, latest', BUDGET.unchangedLatest + INGESTED],
  ['unchanged, older', BUDGET.unchangedOlder + INGESTED],
  ['unchanged, latest, in a run', BUDGET.unchangedLatest + BUDGET.inRun + INGESTED],
  ['unchanged, older, in a run', BUDGET.unchangedOlder + BUDGET.inRun + INGESTED],
  ['unchanged, older, alias moves', BUDGET.unchangedOlder + 1 + INGESTED],
  ['resolve latest', BUDGET.resolve],
  ['resolve by number', BUDGET.resolve],
  ['resolve by digest', BUDGET.resolveByDigest],
  ['use', BUDGET.use],
  ['use by digest', BUDGET.useByDigest],
  ['set alias', BUDGET.setAlias],
  ['set alias to latest', BUDGET.setAlias],
  ['set alias by digest', BUDGET.setAliasByDigest],
  ['delete', BUDGET.deleteVersion],
  ['page of versions', BUDGET.pageOfFifty],
  ['first upsert', BUDGET.upsert + 1],
  ['another upsert', BUDGET.upsert],
  ['finish of three parts by two runs', BUDGET.newVersion + 3 * BUDGET.finishPart + 2 * BUDGET.inRun + BUDGET.finish],
]

describe('requests to the driver', () => {
  let few: Costs
  let many: Costs

  // 200 versions fill head's windows; from there on nothing may grow.
  beforeAll(async () => {
    few = await measure(200)
    many = await measure(10_000)
  }, 60_000)

  test.each(RULES)('%s costs at most %i', (name, most) => {
    expect(few.count[name]).toBeLessThanOrEqual(most)
  })

  test('cost the same at version 200 and at version 10,000', () => {
    expect(many.count).toEqual(few.count)
  })

  test('carry at most twice the bytes at version 10,000', () => {
    const grown = Object.keys(many.bytes).filter((name) => many.bytes[name]! > 2 * few.bytes[name]!)
    expect(grown).toEqual([])
  })

  test('are as many at version 1, but for a page that has fewer rows', async () => {
    const first = await measure(0)
    const { 'page of versions': _page, ...others } = few.count
    const { 'page of versions': _firstPage, ...firstOthers } = first.count
    expect(firstOthers).toEqual(others)
  })

  test('for the first version of all: three more for the artifact, one for the project, two for the store', async () => {
    const store = createCountedStore()
    const { count } = await store.count(() => store.lading.save(fresh()))
    expect(count).toBeLessThanOrEqual(BUDGET.newVersion + 1 + 3 + 1 + 2)
  })

  test('for content that was deleted before: six more', async () => {
    const store = createCountedStore()
    await store.lading.save(text('deleted'))
    await store.lading.save(fresh())
    await (await store.lading.getArtifact('model:v0')).delete()
    await store.lading.setAlias('model:v1', 'clears-the-delete-mark')

    const { count } = await store.count(() => store.lading.save(text('deleted')))

    expect(count).toBeLessThanOrEqual(BUDGET.newVersion + 1 + 6)
  })

  test('for a patch: one more', async () => {
    const store = createCountedStore()
    await store.lading.save(fresh())
    const draft = await (await store.lading.getArtifact('model')).newDraft()
    draft.addFile(new Uint8Array(3), 'patch.bin')

    const { count } = await store.count(() => store.lading.save(draft))

    expect(count).toBeLessThanOrEqual(BUDGET.newVersion + 1 + 1)
  })

  test('for metadata with known content: two to compare, one to replace', async () => {
    const store = createCountedStore()
    await store.lading.save(text('same'))
    const other = new Artifact('model', { metadata: { epoch: 2 } }).addFile(
      new TextEncoder().encode('same'),
      'weights.bin',
    )

    const { count } = await store.count(() => store.lading.save(other))

    expect(count).toBeLessThanOrEqual(BUDGET.unchangedLatest + INGESTED + 3)
  })

  test('for small files in packs: one pack, one layout and two for the base version, not one request a file', async () => {
    const store = createCountedStore({ packBelowBytes: 64 * 1024 })
    await store.lading.save(fresh())
    const artifact = new Artifact('model')
    for (let i = 0; i < 500; i++) artifact.addFile(new TextEncoder().encode(`small ${i}`), `f${i}`)

    const { count } = await store.count(() => store.lading.save(artifact))

    expect(count).toBeLessThanOrEqual(BUDGET.newVersion + 1 + 2 + 1)
  })
})
