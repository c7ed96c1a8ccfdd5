import { expect, test } from 'vitest'
import { LadingError } from '../../src/domain/errors.ts'
import type { FinishClosing } from '../../src/domain/draft.ts'
import type { Head } from '../../src/domain/head.ts'
import { createDraftStore } from '../../src/ports/drafts.ts'
import type { DraftHost, DraftRecords, RoundFact } from '../../src/ports/drafts.ts'
import { partOf } from '../domain/draft-parts.ts'

const ROUND = { project: 'demo', artifact: 'model', id: 'night', round: 0 }
const { part, manifest } = partOf('op-1', 'ann', { a: 'A' })
const PREPARED = {
  head: null,
  collection: { epoch: 0, state: 'swept', condemned: new Set<string>() },
  seen: null,
} as const
const HEAD: Head = {
  rev: 1,
  type: 'dataset',
  next: 1,
  floor: 0,
  aliases: {},
  latest: null,
  deleting: null,
  recent: [],
  moves: [],
  description: null,
  createdAt: part.at,
}

test('an upsert whose part was added is never called a failure: it may count', async () => {
  const { drafts, added } = draftsOver(async () => {
    throw new LadingError('UNAVAILABLE', { detail: 'the store is away' })
  })

  await expect(drafts.upsert(ROUND, part, {})).rejects.toMatchObject({
    code: 'UNKNOWN_OUTCOME',
    detail: 'the part was given, but then the store is away',
  })

  expect(added).toEqual(['op-1'])
})

test('what an upsert finds wrong after its part was added stays what it is', async () => {
  const { drafts } = draftsOver(async () => {
    throw new LadingError('CORRUPT', { detail: 'the closing cannot be read' })
  })

  await expect(drafts.upsert(ROUND, part, {})).rejects.toMatchObject({ code: 'CORRUPT' })
})

test('a signal that fires once the part was added stops nothing: whether it counts is told', async () => {
  const controller = new AbortController()
  const { drafts, added } = draftsOver(async (_round, { signal }) => {
    controller.abort()
    signal?.throwIfAborted()
    return null
  })

  await drafts.upsert(ROUND, part, { signal: controller.signal })

  expect(added).toEqual(['op-1'])
})

test('who stops after the round may be closed has not failed: the next one carries it to its end', async () => {
  const { drafts, added } = draftsOver(async () => {
    throw new LadingError('UNAVAILABLE', { detail: 'the store is away' })
  })
  added.push('op-1')

  await expect(
    drafts.abandon(ROUND, { kind: 'abandon', opId: 'give-up', at: part.at, run: null }, {}),
  ).rejects.toMatchObject({
    code: 'UNKNOWN_OUTCOME',
    detail: 'the round may be closed, but then the store is away',
  })
})

test('an artifact that got its head while the bytes travelled says which type a part may have', async () => {
  const { drafts, added } = draftsOver(async () => null, { head: async () => HEAD })

  await expect(drafts.upsert(ROUND, part, { prepared: PREPARED })).rejects.toMatchObject({
    code: 'CONFLICT',
    detail: expect.stringContaining('the artifact has type "dataset"'),
  })

  expect(added).toEqual([])
})

test('a finish that has made the version has not failed, whoever had closed the round', async () => {
  const { opId: _opId, manifest: _manifest, ...facts } = part
  const said = { baseRev: 0, aliases: [], onConflict: 'refuse' } as const
  const closing: FinishClosing = { kind: 'finish', opId: 'gone', ...said, ...facts }
  const { drafts, added } = draftsOver(async () => closing, {
    prepare: async () => PREPARED,
    commit: async () => ({ n: 0, created: true, aliases: [], record: null }),
    recordEdge: async () => {
      throw new LadingError('UNAVAILABLE', { detail: 'the store is away' })
    },
  })
  added.push('op-1')
  const options = { manifestOf: async () => manifest, confirm: async () => undefined }

  const finishing = drafts.finish(ROUND, { ...closing, opId: 'mine' }, options)

  await expect(finishing).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' })
})

/** A round whose closing is read in this way, and the parts that were added to it. */
function draftsOver(readClosing: DraftRecords['closing']['read'], given: Partial<DraftHost> = {}) {
  const added: string[] = []
  const fact = <T>(): RoundFact<T> => {
    let kept: T | null = null
    return { read: async () => kept, create: async (_round, value) => void (kept ??= value) }
  }
  const records: DraftRecords = {
    result: fact(),
    closing: { ...fact(), read: readClosing },
    closed: fact(),
    choice: fact(),
    addPart: async (_round, { opId }) => void added.push(opId),
    listParts: async () => added,
    readParts: async () => added.map(() => part),
    newestRound: async () => 0,
    ids: async () => ({ items: ['night'] }),
    madeBy: async () => null,
  }
  const unused = async (): Promise<never> => {
    throw new Error('an upsert does not ask for it')
  }
  const ids = { next: () => 'id', random: () => 0 }
  const host: DraftHost = {
    ids,
    head: async () => null,
    prepare: unused,
    commit: unused,
    resolve: unused,
    recordEdge: unused,
    ...given,
  }
  return { drafts: createDraftStore(host, records), added }
}
