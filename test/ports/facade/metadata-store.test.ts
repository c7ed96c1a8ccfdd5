import { describe, expect, test } from 'vitest'
import type { Command, LogCommand } from '../../../src/domain/command.ts'
import { sha256 } from '../../../src/domain/digest.ts'
import type { HistoryEvent } from '../../../src/domain/history.ts'
import { deniedDrafts } from '../../../src/ports/denied.ts'
import { checkedMetadataStore } from '../../../src/ports/facade/metadata-store.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import { logOf } from '../../support/log-command.ts'

const KEY = { project: 'demo', artifact: 'model' }
const VERSION = { ...KEY, n: 0 }
const DIGEST = sha256('a')
const AT = '2026-01-01T00:00:00.000Z'
const RUN = { project: 'demo', id: 'r1', name: 'r1' }
const INTENT = { opId: 'op', baseRev: 0, delivery: 'alone', at: AT, run: null } as const
const LOG: LogCommand = logOf('a', INTENT)
const RECORD = { ...RUN, group: null, config: null, createdAt: AT }
const EDGE = { kind: 'in', run: RUN, version: VERSION, at: AT, opId: 'op' } as const
const EDIT = { metadata: null, metadataDigest: null, at: AT, run: null }
const { kind: _kind, baseRev: _baseRev, delivery: _delivery, at: _at, ...CONTENT } = LOG
const RECORDED = { ...CONTENT, n: 0, createdAt: AT, deleted: false }
const MOVED = { rev: 1, at: AT, alias: 'prod', from: null, to: 0, opId: 'op', run: null }
const STATE = { next: 1, floor: 0, aliases: {}, description: null, moveCount: 0 }

/** What callers without types may hand over in the place of a text, a count, a name. */
const BAD_TEXTS: readonly unknown[] = [undefined, 1, '\ud800', {}]
const BAD_COUNTS: readonly unknown[] = [undefined, null, '1', -1, 0.5, Number.NaN, 2 ** 53]
const BAD_IDS = [...BAD_TEXTS, '', 'a\u0000', 'x'.repeat(129)]
const BAD_RUNS: readonly unknown[] = [
  'r1',
  { ...RUN, id: 'a b' },
  { ...RUN, project: '..' },
  { project: 'demo', id: 'r1' },
  { ...RUN, name: 'x'.repeat(513) },
]
const BAD_OBJECTS: readonly unknown[] = [undefined, 'x', [], new Map()]

describe('a command that no reader would accept: INVALID, and the store is not asked', () => {
  const bad: Record<string, readonly unknown[]> = {
    opId: BAD_IDS,
    baseRev: BAD_COUNTS,
    delivery: [undefined, 'twice'],
    at: [...BAD_TEXTS, 'x'.repeat(65)],
    run: [undefined, ...BAD_RUNS],
    digest: [undefined, '', DIGEST.toUpperCase()],
    type: [undefined, '', 'a\n'],
    aliases: ['prod', [1], ['v1']],
    supersede: [undefined, 'yes'],
    draft: ['d', { id: '', round: 0 }, { id: 'd', round: -1 }, { id: 'd' }],
    derivedFrom: [
      { ...KEY, n: -1 },
      { ...KEY, artifact: '..', n: 0 },
    ],
    sizeBytes: BAD_COUNTS,
    fileCount: BAD_COUNTS,
    metadata: BAD_OBJECTS,
    metadataDigest: [undefined, 'x'],
    description: BAD_TEXTS,
  }

  test.each(Object.entries(bad))('%s of a log', async (member, values) => {
    for (const value of values) await refuses((store) => store.commit(KEY, { ...LOG, [member]: value }, {}))
  })

  const commands: Record<string, unknown> = {
    'an unknown kind': { kind: 'rename', ...INTENT },
    'half a version to expect': { kind: 'setAlias', ...INTENT, alias: 'prod', n: 0, expect: 0.5 },
    'a version below zero': { kind: 'setAlias', ...INTENT, alias: 'prod', n: -1, expect: undefined },
    'a deletion that does not say how': { kind: 'delete', ...INTENT, n: 0 },
    'no description': { kind: 'describe', ...INTENT, description: null },
  }

  test.each(Object.entries(commands))('%s', async (_, command) => {
    // What a caller without types sends.
    await refuses((store) => store.commit(KEY, command as Command, {}))
  })
})

test('a log carries nothing into the record of its version that it does not have', async () => {
  const { store, commands } = fakeStore()

  await store.commit(KEY, { ...LOG, run: { ...RUN, config: 1 }, aliases: ['a', 'latest'], sent: 1 } as LogCommand, {})

  expect(commands).toEqual([{ ...LOG, run: RUN, aliases: ['a'] }])
})

describe('records that no reader would accept: INVALID, and the store is not asked', () => {
  test('the first record of a run', async () => {
    for (const name of [undefined, 'x'.repeat(513)]) await refuses(startsRun({ name }))
    for (const group of [undefined, '', 1]) await refuses(startsRun({ group }))
    for (const config of BAD_OBJECTS) await refuses(startsRun({ config }))
    for (const createdAt of BAD_TEXTS) await refuses(startsRun({ createdAt }))
  })

  test('the end of a run', async () => {
    for (const at of BAD_TEXTS) await refuses((store) => store.endRun(RUN, at as string, {}))
    for (const run of BAD_RUNS) await refuses((store) => store.endRun(run as typeof RUN, AT, {}))
  })

  test('an edge', async () => {
    const records = (given: object) => (store: MetadataStore) => store.recordEdge({ ...EDGE, ...given }, {})
    for (const opId of BAD_IDS) await refuses(records({ opId }))
    for (const at of BAD_TEXTS) await refuses(records({ at }))
    for (const run of BAD_RUNS) await refuses(records({ run }))
    await refuses(records({ kind: 'up' }))
  })

  test('metadata that replaces others', async () => {
    const edits = (given: object) => (store: MetadataStore) => store.editMetadata(VERSION, { ...EDIT, ...given }, {})
    for (const metadata of BAD_OBJECTS) await refuses(edits({ metadata }))
    for (const run of BAD_RUNS) await refuses(edits({ run }))
    for (const at of BAD_TEXTS) await refuses(edits({ at }))
    await refuses(edits({ metadataDigest: 'x' }))
  })

  test('a selector', async () => {
    await refuses((store) => store.resolve(KEY, { kind: 'alias', alias: 'v1' }, {}))
    await refuses((store) => store.locate(KEY, { kind: 'version', n: -1 }, {}))
  })
})

describe('histories', () => {
  const bad: Record<string, unknown> = {
    'an unknown event': { kind: 'rename' },
    'a time that is none': { kind: 'artifact', type: 'model', createdAt: 1 },
    'a record without a size': { kind: 'version', version: { ...RECORDED, sizeBytes: undefined } },
    'a record with an alias twice': { kind: 'version', version: { ...RECORDED, aliases: ['a', 'a'] } },
    'a record of an operation without id': { kind: 'version', version: { ...RECORDED, opId: '' } },
    'no moves': { kind: 'moves', moves: [] },
    'moves of two operations': { kind: 'moves', moves: [MOVED, { ...MOVED, opId: 'other' }] },
    'a move of latest': { kind: 'moves', moves: [{ ...MOVED, alias: 'latest' }] },
    'a move at no time': { kind: 'moves', moves: [{ ...MOVED, at: undefined }] },
    'a floor below zero': { kind: 'floor', floor: -1 },
    'a deletion of no version': { kind: 'delete', n: 0.5 },
    'metadata that is a list': { kind: 'metadata', n: 0, ...EDIT, metadata: [] },
    'a state that counts nothing': { kind: 'state', state: { ...STATE, moveCount: undefined } },
  }

  test.each(Object.entries(bad))('%s is INVALID, and the store does not see it', async (_, event) => {
    const { store, events } = fakeStore()

    // What a damaged export holds.
    const importing = store.import(KEY, eventsOf([event as HistoryEvent]), {})

    await expect(importing).rejects.toMatchObject({ code: 'INVALID', detail: expect.stringContaining('is damaged') })
    expect(events).toEqual([])
  })

  test('a sound history passes as it is', async () => {
    const { store, events } = fakeStore()
    const history: HistoryEvent[] = [
      { kind: 'artifact', type: 'model', createdAt: AT },
      { kind: 'version', version: RECORDED },
      { kind: 'moves', moves: [MOVED] },
      { kind: 'metadata', n: 0, ...EDIT },
      { kind: 'state', state: STATE },
    ]

    await store.import(KEY, eventsOf(history), {})

    expect(events).toEqual(history)
  })

  test('an export from no number is INVALID', async () => {
    for (const since of BAD_COUNTS) {
      await refuses((store) => Array.fromAsync(store.export(KEY, { since: since as number })))
    }
  })
})

describe('drafts', () => {
  test('of a store without them are UNSUPPORTED, and the store is not asked', async () => {
    const { store, seen } = fakeStore()

    const call = store.drafts.round({ ...KEY, id: 'night' }, {})

    await expect(call).rejects.toMatchObject({ code: 'UNSUPPORTED', operation: 'draftRound', adapter: 'fake' })
    await expect(deniedDrafts().list(KEY, { limit: 1 })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(seen).toEqual(['open'])
  })

  test('what no reader would accept is INVALID', async () => {
    const round = { ...KEY, id: 'night', round: 0 }
    const facts = { type: 'model', metadata: null, metadataDigest: null, description: null }
    const part = { opId: 'op', run: RUN, at: AT, manifest: DIGEST, ...facts }
    const { manifest: _manifest, ...told } = part
    const finish = { kind: 'finish', ...told, baseRev: 0, aliases: [], onConflict: 'refuse' } as const
    const blobs = { manifestOf: unasked, confirm: unasked }

    await refuses((store) => store.drafts.round({ ...KEY, id: '' }, {}))
    await refuses((store) => store.drafts.upsert({ ...round, round: -1 }, part, {}))
    await refuses((store) => store.drafts.upsert(round, { ...part, manifest: 'x' }, {}))
    await refuses((store) => store.drafts.finish(round, { ...finish, baseRev: -1 }, blobs))
    await refuses((store) => store.drafts.finish(round, { ...finish, aliases: ['v1'] }, blobs))
    await refuses((store) => store.drafts.abandon(round, { kind: 'abandon', opId: '', at: AT, run: null }, {}))
  })
})

function startsRun(given: object) {
  return (store: MetadataStore) => store.startRun({ ...RECORD, ...given }, {})
}

async function refuses(call: (store: MetadataStore) => Promise<unknown>): Promise<void> {
  const { store, seen } = fakeStore({ drafts: true })

  await expect(call(store)).rejects.toMatchObject({ code: 'INVALID', adapter: 'fake' })
  expect(seen.filter((operation) => operation !== 'open')).toEqual([])
}

/** A metadata store behind the facade that answers nothing of interest, and what it was asked for. */
function fakeStore({ drafts = false } = {}) {
  const seen: string[] = []
  const commands: Command[] = []
  const events: HistoryEvent[] = []
  const capabilities = { adapter: 'fake', edges: 'now', writers: 'many', drafts } as const
  const adapter = new Proxy({} as MetadataStore, {
    get(_, operation: string) {
      if (operation === 'capabilities') return capabilities
      if (operation === 'drafts') return adapter
      return async (_key: unknown, given: unknown) => {
        seen.push(operation)
        if (operation === 'commit') commands.push(given as Command)
        if (operation === 'import') for await (const event of given as AsyncIterable<HistoryEvent>) events.push(event)
      }
    },
  })
  return { store: checkedMetadataStore(adapter), seen, commands, events }
}

async function* eventsOf(events: readonly HistoryEvent[]): AsyncGenerator<HistoryEvent> {
  yield* events
}

async function unasked(): Promise<never> {
  throw new Error('nothing is read or confirmed')
}
