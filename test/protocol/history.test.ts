import fc from 'fast-check'
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

describe.each(PAIRS)('a history from %s to %s', (from, to) => {
  test('brings versions, tombstones, floors, aliases, moves, metadata and edges', async () => {
    const [source, target] = [createTestStore(from), createTestStore(to)]
    await play(source.metadata, RICH)
    const edit = { metadata: { loss: 2 }, metadataDigest: null, at: at('o99'), run: RUN }
    await source.metadata.editMetadata({ ...KEY, n: 5 }, edit, {})

    await replay(target.metadata, await collect(source.metadata))

    expect(await answersOf(target.metadata)).toEqual(await answersOf(source.metadata))
  })

  test('changes nothing when it comes again', async () => {
    const [source, target] = [createTestStore(from), createTestStore(to)]
    await play(source.metadata, RICH)
    const events = await collect(source.metadata)
    await replay(target.metadata, events)
    const before = target.changes()

    await replay(target.metadata, events)

    expect(target.changes()).toBe(before)
  })

  test('whatever happened: the copy answers as the original', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (wanted) => {
        const [source, target] = [createTestStore(from), createTestStore(to)]
        await play(source.metadata, wanted)

        await replay(target.metadata, await collect(source.metadata))

        expect(await answersOf(target.metadata)).toEqual(await answersOf(source.metadata))
      }),
      { numRuns: 40 },
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
      { numRuns: 25 },
    )
  })

  test('at no moment are two live versions of one content', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (wanted) => {
        const [source, target] = [createTestStore(from), createTestStore(to)]
        await play(source.metadata, wanted)
        const events = await collect(source.metadata)

        const watched = (async function* () {
          for (const event of events) {
            yield event
            const live = await liveContents(target.metadata)
            expect(new Set(live).size).toBe(live.length)
          }
        })()

        await target.metadata.import(KEY, watched, {})
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
