import { describe, expect, test } from 'vitest'
import { decideReplay, divergence, isSameVersion } from '../../src/domain/replay.ts'
import type { Origin, ReplayStep } from '../../src/domain/replay.ts'
import { initialHead, RECENT_MAX } from '../../src/domain/head.ts'
import type { Head, Move } from '../../src/domain/head.ts'
import type { Decision, View } from '../../src/domain/decide.ts'
import type { VersionRecord } from '../../src/domain/version.ts'
import { commandOf } from './histories.ts'
import { versionOf } from './versions.ts'

// That whole histories make the same artifact again is in history-order.test.ts. Here: what does not fit.

const AT = '2026-01-01T00:00:00.000Z'
const ORIGIN: Origin = { kind: 'artifact', type: 'model', createdAt: AT }
const HEAD: Head = {
  ...initialHead('model', AT),
  rev: 9,
  next: 5,
  floor: 2,
  aliases: { prod: 3, best: 2, also: 3 },
  latest: { n: 4, digest: 'newest', opId: 'log-4' },
}
const NOTHING: View = {
  head: undefined,
  base: null,
  settled: false,
  indexed: undefined,
  versions: new Map(),
  dead: null,
}
const SEEN: View = { ...NOTHING, head: HEAD }
const SETTLED: View = { ...SEEN, settled: true }
const DONE = { kind: 'answer', answer: { n: null, created: false, aliases: [], record: null }, tombstone: null }
const FLOOR: ReplayStep = { kind: 'floor', floor: 3 }
const VERSION: ReplayStep = { kind: 'version', version: versionOf(5) }

describe('every step', () => {
  test('asks for head, and establishes the first one as the history tells it', () => {
    for (const step of [ORIGIN, VERSION, movesOf(['prod', 3, 2]), deletionOf(2), FLOOR]) {
      expect(decided(NOTHING, step)).toEqual(needs({ kind: 'head' }))
      expect(decided({ ...NOTHING, head: null }, step)).toEqual({ kind: 'establish', head: initialHead('model', AT) })
    }
  })

  test.each([
    ['type', { type: 'data' }, 'of type "data" was made here at 2026-01-01T00:00:00.000Z'],
    ['birth', { createdAt: 'then' }, 'of type "model" was made here at then'],
  ])('is refused on an artifact of another %s', (_, other, detail) => {
    for (const step of [ORIGIN, VERSION, movesOf(['prod', 3, 2]), deletionOf(2), FLOOR]) {
      const decision = decided({ ...SETTLED, head: { ...HEAD, ...other } }, step)

      expect(decision).toEqual(differs(`an artifact of this name and ${detail}`))
    }
  })

  test('is not repeated where head remembers it', () => {
    const recent = [{ opId: 'move', rev: 9, result: 'done' as const }]

    expect(decided({ ...SETTLED, head: { ...HEAD, recent } }, movesOf(['prod', 0, 1]))).toEqual(DONE)
  })

  test('is of unknown outcome where head may have forgotten it', () => {
    const recent = Array.from({ length: RECENT_MAX }, (_, n) => ({
      opId: `${n}`,
      rev: 200 - n,
      result: 'done' as const,
    }))
    const view = { ...SETTLED, base: 3, head: { ...HEAD, recent } }

    expect(decided(view, movesOf(['prod', 3, 2]))).toMatchObject({
      kind: 'refuse',
      refusal: { code: 'UNKNOWN_OUTCOME' },
    })
  })
})

describe('the artifact itself', () => {
  test('is there, settled or not', () => {
    expect(decided(SEEN, ORIGIN)).toEqual(DONE)
  })
})

describe('a version', () => {
  test('that is next is made, with its number, once head counts all before it', () => {
    expect(decided(SEEN, VERSION)).toEqual(needs({ kind: 'settled' }))
    expect(decided(SETTLED, VERSION)).toEqual({ kind: 'create', version: versionOf(5) })
  })

  test('that is there already is answered, settled or not, as it is here', () => {
    const here = versionOf(4, { deleted: true, createdAt: 'later' })
    const step: ReplayStep = { kind: 'version', version: versionOf(4) }

    expect(decided(SEEN, step)).toEqual(needs({ kind: 'version', n: 4 }))
    expect(decided(read(SEEN, here), step)).toEqual({
      kind: 'answer',
      answer: { n: 4, created: false, aliases: ['latest'], record: here },
      tombstone: null,
    })
  })

  test.each([
    ['content', versionOf(4, { content: 'other' })],
    ['operation', versionOf(4, { opId: 'other' })],
    ['number', { ...versionOf(3), n: 3 }],
  ])('is refused where its number has another %s', (_, here) => {
    const view = { ...SETTLED, versions: new Map([[4, here]]) }

    expect(decided(view, { kind: 'version', version: versionOf(4) })).toEqual(differs('v4 is another version'))
  })

  test('is refused where its number is counted and its record missing', () => {
    const view = { ...SETTLED, versions: new Map([[4, null]]) }

    expect(decided(view, { kind: 'version', version: versionOf(4) })).toEqual(differs('v4 is another version'))
  })

  test('is refused where one before it is missing', () => {
    expect(decided(SETTLED, { kind: 'version', version: versionOf(6) })).toEqual(
      differs('v6 would be next, but v5 is not there'),
    )
  })
})

describe('moves of aliases', () => {
  test('move what they name, set what is new, remove what went, and leave the others', () => {
    const step = movesOf(['prod', 3, 2], ['new', null, 4], ['best', 2, null])

    expect(decided(SEEN, step)).toEqual(needs({ kind: 'settled' }))
    expect(decided(SETTLED, step)).toEqual(needs({ kind: 'version', n: 2 }))
    expect(decided(read(SETTLED, versionOf(2)), step)).toEqual(needs({ kind: 'version', n: 4 }))

    const decision = decided(read(SETTLED, versionOf(2), versionOf(4)), step)

    expect(decision).toMatchObject({ kind: 'advance', tombstone: null, answer: DONE.answer })
    expect(headOf(decision).aliases).toEqual({ also: 3, prod: 2, new: 4 })
    expect(headOf(decision).recent).toEqual([{ opId: 'move', rev: 10, result: 'done' }])
    expect(headOf(decision).moves.map(({ at, run }) => [at, run])).toEqual(step.moves.map(({ at, run }) => [at, run]))
  })

  test.each([
    [['prod', 2, 4], 'alias prod is at v3, not at v2'],
    [['new', 1, 4], 'alias new is at no version, not at v1'],
    [['prod', null, 4], 'alias prod is at v3, not at no version'],
    [['prod', 3, 5], 'v5 is not live'],
    [['prod', 3, 1], 'v1 is not live'],
  ] as const)('%j are refused', (move, detail) => {
    expect(decided(SETTLED, movesOf(move))).toEqual(differs(detail))
  })

  test('to a version that is deleted or missing are refused', () => {
    const step = movesOf(['prod', 3, 2])

    expect(decided(read(SETTLED, versionOf(2, { deleted: true })), step)).toEqual(differs('v2 is not live'))
    expect(decided({ ...SETTLED, versions: new Map([[2, null]]) }, step)).toEqual(differs('v2 is not live'))
  })
})

describe('a deletion', () => {
  test('is decided as that of a user', () => {
    const step = deletionOf(4)
    const head = { ...HEAD, latest: null }

    expect(decided(SEEN, step)).toEqual(needs({ kind: 'settled' }))
    expect(decided(SETTLED, step)).toEqual(needs({ kind: 'version', n: 4 }))
    expect(decided(read({ ...SETTLED, head }, versionOf(4)), step)).toMatchObject({
      kind: 'advance',
      tombstone: 4,
      change: { head: { deleting: 4 } },
    })
  })

  test('below the floor, where the version has ended, is put on record all the same', () => {
    const step = deletionOf(1)

    expect(decided(SETTLED, step)).toEqual(needs({ kind: 'version', n: 1 }))
    expect(decided(read(SETTLED, versionOf(1)), step)).toMatchObject({
      kind: 'advance',
      tombstone: 1,
      answer: DONE.answer,
      change: { head: { deleting: 1, aliases: HEAD.aliases, latest: HEAD.latest } },
    })
    expect(decided(read(SETTLED, versionOf(1, { deleted: true })), step)).toEqual(DONE)
    expect(decided({ ...SETTLED, versions: new Map([[1, null]]) }, step)).toEqual(DONE)
  })

  test('at the floor is one of a live version', () => {
    const view = read({ ...SETTLED, head: { ...HEAD, aliases: {} } }, versionOf(2))

    expect(headOf(decided(view, deletionOf(2)))).toMatchObject({ deleting: 2 })
    expect(decided({ ...view, versions: new Map([[2, null]]) }, deletionOf(2))).toMatchObject({
      refusal: { code: 'CORRUPT' },
    })
  })

  test('of what is not there, or what aliases point at here, is refused', () => {
    expect(decided(SETTLED, deletionOf(5))).toEqual(differs('v5 is not there'))
    expect(decided(read(SETTLED, versionOf(3)), deletionOf(3))).toEqual(differs('v3 is the target of also, prod'))
  })
})

describe('a floor', () => {
  test('ends what is below it, once head counts all versions', () => {
    const view = { ...SETTLED, head: { ...HEAD, aliases: { prod: 3 } } }

    expect(decided(SEEN, FLOOR)).toEqual(needs({ kind: 'settled' }))
    expect(headOf(decided(view, FLOOR))).toMatchObject({ floor: 3, aliases: { prod: 3 }, latest: HEAD.latest })
    expect(decided(view, FLOOR)).toMatchObject({ tombstone: null, answer: DONE.answer })
  })

  test('keeps the latest version if that is at it, and ends it if it is below', () => {
    const view = { ...SETTLED, head: { ...HEAD, aliases: {} } }

    expect(headOf(decided(view, { kind: 'floor', floor: 4 })).latest).toEqual(HEAD.latest)
    expect(headOf(decided(view, { kind: 'floor', floor: 5 })).latest).toBeNull()
    expect(headOf(decided({ ...view, head: { ...view.head, latest: null } }, FLOOR)).latest).toBeNull()
  })

  test('that is there, or was passed, changes nothing', () => {
    expect(decided(SETTLED, { kind: 'floor', floor: 2 })).toEqual(DONE)
    expect(decided(SETTLED, { kind: 'floor', floor: 1 })).toEqual(DONE)
  })

  test('above what is there, or above what an alias points at, is refused', () => {
    expect(decided(SETTLED, { kind: 'floor', floor: 6 })).toEqual(differs('v5 is not there'))
    expect(decided(SETTLED, FLOOR)).toEqual(differs('alias best is at v2, which ended'))
  })
})

describe('two records', () => {
  test('are one version by number, content and operation', () => {
    const version = versionOf(1)

    expect(isSameVersion(version, { ...version, deleted: true, createdAt: 'later' })).toBe(true)
    expect(isSameVersion(version, versionOf(1, { content: 'other' }))).toBe(false)
    expect(isSameVersion(version, versionOf(1, { opId: 'other' }))).toBe(false)
    expect(isSameVersion(version, { ...version, n: 2 })).toBe(false)
  })
})

function decided(view: View, step: ReplayStep): Decision {
  const head = view.head ?? null
  return decideReplay(view, commandOf({ head }, step), { origin: ORIGIN, step })
}

function movesOf(...moves: readonly (readonly [alias: string, from: number | null, to: number | null])[]) {
  const facts = { rev: 4, at: 'then', opId: 'move', run: { project: 'demo', id: 'ann', name: 'Ann' } }
  return { kind: 'moves', moves: moves.map(([alias, from, to]): Move => ({ ...facts, alias, from, to })) } as const
}

function deletionOf(n: number): ReplayStep {
  return { kind: 'delete', n }
}

function read(view: View, ...versions: readonly VersionRecord[]): View {
  return { ...view, versions: new Map([...view.versions, ...versions.map((each) => [each.n, each] as const)]) }
}

function needs(need: object) {
  return { kind: 'need', need }
}

function differs(detail: string) {
  const refusal = {
    code: 'CONFLICT',
    detail: `the histories differ: ${detail}`,
    next: 'import into a store without this artifact',
  }
  expect(divergence(detail)).toEqual(refusal)
  return { kind: 'refuse', refusal, record: null }
}

function headOf(decision: Decision): Head {
  expect(decision.kind).toBe('advance')
  return (decision as Extract<Decision, { kind: 'advance' }>).change.head
}
