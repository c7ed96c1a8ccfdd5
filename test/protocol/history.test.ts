import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Command } from '../../src/domain/command.ts'

import {
  answersOf,
  collect,
  createTestStore,
  FLAVOURS,
  KEY,
  liveContents,
  logOf,
  play,
  replay,
  RUN,
} from './history-fixtures.ts'
import type { HistoryEvent } from '../../src/domain/history.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import type { Flavour } from './history-fixtures.ts'

const at = (opId: string) => `2026-01-01T00:00:00.${String(Number(opId.slice(1)) % 1_000).padStart(3, '0')}Z`
const intent = (opId: string) => ({ opId, at: at(opId), run: null, baseRev: 0, delivery: 'alone' }) as const
const move = (opId: string, alias: string, n: number | null): Command => ({
  kind: 'setAlias',
  ...intent(opId),
  run: RUN,
  alias,
  n,
  expect: undefined,
})
const remove = (opId: string, n: number): Command => ({ kind: 'delete', ...intent(opId), n, withAliases: true })
const removeAll = (opId: string): Command => ({ kind: 'deleteArtifact', ...intent(opId) })
const describeAs = (opId: string, description: string): Command => ({ kind: 'describe', ...intent(opId), description })

/** Where histories go from and to: every pair of different flavours once in each direction. */
const PAIRS: readonly (readonly [Flavour, Flavour])[] = FLAVOURS.flatMap((from) =>
  FLAVOURS.flatMap((to) => (from === to ? [] : [[from, to] as const])),
)

const RICH: readonly Command[] = [
  logOf('o1', 'A', { aliases: ['prod', 'best'], run: RUN, description: 'first', metadata: { loss: 1 } }),
  logOf('o2', 'B', { aliases: ['best'], derivedFrom: { ...KEY, n: 0 } }),
  move('o3', 'prod', 1),
  logOf('o4', 'A', { aliases: ['x', 'y', 'prod'], run: RUN }),
  remove('o5', 0),
  logOf('o6', 'A'),
  describeAs('o7', 'second'),
  move('o8', 'best', null),
  removeAll('o9'),
  logOf('o10', 'B', { aliases: ['prod'] }),
  logOf('o11', 'C'),
  remove('o12', 4),
  logOf('o13', 'D', { supersede: true, aliases: ['new'] }),
  logOf('o14', 'A', { metadataDigest: logOf('o0', 'metadata').digest }),
  move('o15', 'new', 6),
]

/** Where an ending can only be told from what came after it. */
const CORNERS: readonly (readonly [name: string, commands: readonly Command[]])[] = [
  [
    'an artifact deleted again and again',
    [logOf('o1', 'A'), removeAll('o2'), logOf('o3', 'A'), removeAll('o4'), logOf('o5', 'A')],
  ],
  [
    'an artifact deleted, then superseded',
    [
      logOf('o1', 'A'),
      logOf('o2', 'B'),
      removeAll('o3'),
      logOf('o4', 'C'),
      logOf('o5', 'B', { aliases: ['a'] }),
      move('o6', 'a', 2),
      logOf('o7', 'D', { supersede: true }),
    ],
  ],
  [
    'the newest version deleted and logged again',
    [logOf('o1', 'A'), remove('o2', 0), logOf('o3', 'A'), remove('o4', 1), logOf('o5', 'A')],
  ],
  [
    'a supersede that only removes aliases',
    [
      logOf('o1', 'A', { aliases: ['a', 'b'] }),
      logOf('o2', 'B'),
      logOf('o3', 'C', { supersede: true }),
      move('o4', 'a', 2),
      logOf('o5', 'D', { supersede: true }),
    ],
  ],
  [
    'a version deleted before it was superseded',
    [logOf('o1', 'A', { aliases: ['a'] }), logOf('o2', 'B'), remove('o3', 0), logOf('o4', 'C', { supersede: true })],
  ],
  ['all versions deleted', [logOf('o1', 'A', { aliases: ['a'] }), logOf('o2', 'B'), remove('o3', 1), remove('o4', 0)]],
  [
    'an artifact that is deleted',
    [logOf('o1', 'A', { aliases: ['a'] }), logOf('o2', 'B', { aliases: ['b'] }), removeAll('o3')],
  ],
  [
    'more moves than head remembers',
    [logOf('o1', 'A'), logOf('o2', 'B'), ...Array.from({ length: 150 }, (_, i) => move(`o${i + 3}`, 'a', i % 2))],
  ],
]

const SHORT: readonly Command[] = [
  logOf('o1', 'A', { aliases: ['prod'], run: RUN, description: 'first' }),
  logOf('o2', 'B', { aliases: ['prod'], derivedFrom: { ...KEY, n: 0 } }),
  logOf('o3', 'A', { aliases: ['x', 'y'] }),
  remove('o4', 0),
  removeAll('o5'),
  logOf('o6', 'B', { supersede: true, aliases: ['x'] }),
  describeAs('o7', 'second'),
]

/** Random commands: few contents and aliases, so that they meet. Operation ids follow from their places. */
const commands: fc.Arbitrary<readonly Command[]> = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          kind: fc.constant('log' as const),
          content: fc.constantFrom('A', 'B', 'C', 'D'),
          aliases: fc.subarray(['a', 'b', 'c']),
          supersede: fc.integer({ max: 9 }).map((n) => n === 9),
          description: fc.option(fc.constantFrom('one', 'two')),
        }),
      },
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('move' as const),
          alias: fc.constantFrom('a', 'b', 'c'),
          n: fc.option(fc.nat(9)),
        }),
      },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove' as const), n: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'removeAll' as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'describe' as const }) },
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((wanted) =>
    [{ kind: 'log' as const, content: 'A', aliases: [], supersede: false, description: null }, ...wanted].map(
      (one, index) => {
        const opId = `o${index}`
        if (one.kind === 'log') {
          const { content, kind: _kind, ...given } = one
          return logOf(opId, content, { ...given, run: index % 2 === 0 ? RUN : null })
        }
        if (one.kind === 'move') return move(opId, one.alias, one.n)
        if (one.kind === 'remove') return remove(opId, one.n)
        return one.kind === 'removeAll' ? removeAll(opId) : describeAs(opId, `described ${index}`)
      },
    ),
  )

/** The events, with a look at the store after each version: no two live versions have one content. */
async function* watched(events: readonly HistoryEvent[], store: MetadataStore): AsyncGenerator<HistoryEvent> {
  for (const event of events) {
    yield event
    if (event.kind !== 'version') continue
    const live = await liveContents(store)
    expect(new Set(live).size, `after ${JSON.stringify(event)}`).toBe(live.length)
  }
}

describe.each(PAIRS)('a history from %s to %s', (from, to) => {
  test('brings versions, tombstones, floors, aliases, moves, metadata and edges', async () => {
    const [source, target] = [createTestStore(from), createTestStore(to)]
    await play(source.metadata, RICH)
    const edit = { metadata: { loss: 2 }, metadataDigest: null, at: at('o99'), run: RUN }
    await source.metadata.editMetadata({ ...KEY, n: 5 }, edit, {})

    await replay(target.metadata, await collect(source.metadata))

    expect(await answersOf(target.metadata)).toEqual(await answersOf(source.metadata))
  })

  test.each(CORNERS)('%s', async (_name, wanted) => {
    const [source, target] = [createTestStore(from), createTestStore(to)]
    await play(source.metadata, wanted)
    const events = await collect(source.metadata)

    await target.metadata.import(KEY, watched(events, target.metadata), {})

    expect(await answersOf(target.metadata)).toEqual(await answersOf(source.metadata))
  })

  test.each([['a rich history', RICH] as const, CORNERS.at(-1)!])(
    '%s changes nothing when it comes again',
    async (_name, wanted) => {
      const [source, target] = [createTestStore(from), createTestStore(to)]
      await play(source.metadata, wanted)
      const events = await collect(source.metadata)
      await replay(target.metadata, events)
      const before = target.changes()

      await replay(target.another(), events)

      expect(target.changes()).toBe(before)
    },
  )

  test('whatever happened: the copy answers as the original', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (wanted) => {
        const [source, target] = [createTestStore(from), createTestStore(to)]
        await play(source.metadata, wanted)

        await target.metadata.import(KEY, watched(await collect(source.metadata), target.metadata), {})

        expect(await answersOf(target.metadata)).toEqual(await answersOf(source.metadata))
      }),
      { numRuns: 20 },
    )
  })

  test('in parts: each later export brings what is new', async () => {
    await fc.assert(
      fc.asyncProperty(commands, fc.array(fc.nat(60), { maxLength: 3 }), async (wanted, stops) => {
        const [source, target] = [createTestStore(from), createTestStore(to)]
        let sent = 0
        for (const stop of [...stops.toSorted((a, b) => a - b), wanted.length]) {
          const end = Math.min(Math.max(stop, sent + 1), wanted.length)
          await play(source.metadata, wanted.slice(sent, end))
          sent = end
          const since = (await target.metadata.head(KEY, {}))?.next ?? 0

          await replay(target.metadata, await collect(source.metadata, since))

          expect(await answersOf(target.metadata)).toEqual(await answersOf(source.metadata))
        }
      }),
      { numRuns: 10 },
    )
  })
})

describe.each(FLAVOURS)('an import into %s', (flavour) => {
  test('that died at any request is completed by a fresh one', async () => {
    const source = createTestStore('native')
    await play(source.metadata, SHORT)
    const events = await collect(source.metadata)
    const expected = await answersOf(source.metadata)

    let died = true
    for (let requests = 1; died; requests++) {
      const target = createTestStore(flavour)
      died = await replay(target.dying(requests), events).then(
        () => false,
        () => true,
      )
      await replay(target.metadata, events)
      expect(await answersOf(target.metadata), `died at request ${requests}`).toEqual(expected)
    }
  })

  test('beside another of the same history', async () => {
    const [source, target] = [createTestStore('native'), createTestStore(flavour)]
    await play(source.metadata, RICH)
    const events = await collect(source.metadata)

    await Promise.all([replay(target.metadata, events), replay(target.another(), events)])

    expect(await answersOf(target.metadata)).toEqual(await answersOf(source.metadata))
  })
})

describe('a history that differs', () => {
  const refused = (code: string) => expect.objectContaining({ code })

  async function copied(): Promise<{ events: HistoryEvent[]; target: MetadataStore }> {
    const [source, target] = [createTestStore('native'), createTestStore('native')]
    await play(source.metadata, RICH.slice(0, 4))
    const events = await collect(source.metadata)
    await replay(target.metadata, events)
    return { events, target: target.metadata }
  }

  test.each([
    ['another content under a number', logOf('p1', 'Z')],
    ['an alias that was moved', move('p1', 'best', 0)],
    ['an alias of its own', move('p1', 'mine', 0)],
    ['a version that was deleted', remove('p1', 0)],
    ['a floor of its own', removeAll('p1')],
  ])('%s is CONFLICT, and what is there stays', async (_name, own) => {
    const { target } = await copied()
    await play(target, [own])
    const before = await answersOf(target)
    const source = createTestStore('native')
    await play(source.metadata, [...RICH.slice(0, 4), logOf('o20', 'C', { aliases: ['best'] })])

    await expect(replay(target, await collect(source.metadata))).rejects.toEqual(refused('CONFLICT'))

    const after = (await answersOf(target)) as { versions: object[] }
    expect(after.versions.slice(0, 2)).toEqual(
      (before as typeof after).versions.slice(0, 2).map((version) =>
        expect.objectContaining({
          key: (version as { key: unknown }).key,
          record: (version as { record: unknown }).record,
        }),
      ),
    )
  })

  test('an artifact of the same name that was made here is CONFLICT and stays as it is', async () => {
    const { events } = await copied()
    const target = createTestStore('native')
    await play(target.metadata, [logOf('q7', 'A')])
    const before = target.changes()

    await expect(replay(target.metadata, events)).rejects.toEqual(refused('CONFLICT'))

    expect(target.changes()).toBe(before)
  })

  test.each(FLAVOURS)(
    'a version logged while it is imported into %s is CONFLICT, and nothing is renumbered',
    async (flavour) => {
      const { events } = await copied()
      const target = createTestStore(flavour)
      const disturbed = (async function* () {
        for (const event of events) {
          if (event.kind === 'version' && event.version.n === 1) await play(target.another(), [logOf('p1', 'Z')])
          yield event
        }
      })()

      await expect(target.metadata.import(KEY, disturbed, {})).rejects.toEqual(refused('CONFLICT'))

      expect((await target.metadata.head(KEY, {}))?.next).toBe(2)
      expect((await target.metadata.record({ ...KEY, n: 1 }, {}))?.opId).toBe('p1')
    },
  )

  test('that begins above what is there is CONFLICT', async () => {
    const source = createTestStore('native')
    await play(source.metadata, RICH)

    await expect(replay(createTestStore('native').metadata, await collect(source.metadata, 2))).rejects.toEqual(
      refused('CONFLICT'),
    )
  })

  test('that is cut off is INVALID, and completed by the whole', async () => {
    const source = createTestStore('native')
    await play(source.metadata, RICH)
    const events = await collect(source.metadata)
    const target = createTestStore('native')

    await expect(replay(target.metadata, events.slice(0, -1))).rejects.toEqual(refused('INVALID'))
    await replay(target.metadata, events)

    expect(await answersOf(target.metadata)).toEqual(await answersOf(source.metadata))
  })

  test('that does not begin with the artifact is INVALID', async () => {
    const { events } = await copied()
    await expect(replay(createTestStore('native').metadata, events.slice(1))).rejects.toEqual(refused('INVALID'))
  })

  test.each([
    ['a number', { kind: 'delete', n: -1 }],
    ['a name', { kind: 'moves', moves: [{ rev: 1, at: '', alias: '../x', from: null, to: 0, opId: 'x', run: null }] }],
    ['a kind', { kind: 'rename' }],
  ])('with %s that cannot be is INVALID', async (_name, event) => {
    const { events, target } = await copied()
    const forged = [...events.slice(0, -1), event as HistoryEvent, ...events.slice(-1)]

    await expect(replay(target, forged)).rejects.toEqual(refused('INVALID'))
  })

  test('of an artifact that was never logged is NOT_FOUND', async () => {
    await expect(collect(createTestStore('native').metadata)).rejects.toEqual(refused('NOT_FOUND'))
  })

  test('that is stopped by its signal is ABORTED', async () => {
    const { events } = await copied()
    const stop = new AbortController()
    const stopping = (async function* () {
      for (const event of events) {
        if (event.kind === 'moves') stop.abort()
        yield event
      }
    })()

    const importing = createTestStore('native').metadata.import(KEY, stopping, { signal: stop.signal })

    await expect(importing).rejects.toEqual(refused('ABORTED'))
  })

  test('an export tells what was there when it began, whatever is logged meanwhile', async () => {
    const [source, target] = [createTestStore('native'), createTestStore('native')]
    await play(source.metadata, RICH)
    const before = await answersOf(source.metadata)
    const events: HistoryEvent[] = []
    for await (const event of source.metadata.export(KEY, { since: 0 })) {
      if (event.kind === 'artifact') {
        await play(source.another(), [
          logOf('o30', 'Y', { aliases: ['new'] }),
          move('o31', 'prod', 6),
          remove('o32', 6),
        ])
      }
      events.push(event)
    }

    await replay(target.metadata, events)

    expect(await answersOf(target.metadata)).toEqual(before)
  })
})
