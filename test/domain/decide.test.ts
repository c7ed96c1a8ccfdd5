import { describe, expect, test } from 'vitest'
import type { Command, DeleteCommand, SetAliasCommand } from '../../src/domain/command.ts'
import { decide } from '../../src/domain/decide.ts'
import type { Decision, View } from '../../src/domain/decide.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { initialHead, RECENT_MAX } from '../../src/domain/head.ts'
import type { Head } from '../../src/domain/head.ts'
import { logOf } from '../support/log-command.ts'
import { versionOf } from './versions.ts'

// What sequences of commands come to is in decide-random.test.ts. Here: what is asked for, races, and words.

const AT = '2026-01-01T00:00:00.000Z'
const INTENT = { opId: 'op', baseRev: 0, delivery: 'alone', at: AT, run: null } as const
const HEAD: Head = {
  ...initialHead('model', AT),
  rev: 9,
  next: 5,
  floor: 1,
  aliases: { prod: 3, best: 2 },
  latest: { n: 4, digest: sha256('newest'), opId: 'log-4' },
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
const DONE = { n: null, created: false, aliases: [], record: null }
const [SUCCEEDING, DELETED] = [versionOf(2, { content: 'A' }), versionOf(2, { content: 'A', deleted: true })]

describe('every command', () => {
  test('asks for head first', () => {
    for (const command of [logOf('A'), move('prod', 1), removal(2), DELETE_ALL, DESCRIBE]) {
      expect(decide(NOTHING, command)).toEqual(needs({ kind: 'head' }))
    }
  })

  test('but a log is NOT_FOUND on an artifact that was never logged', () => {
    for (const command of [move('prod', 1), removal(2), DELETE_ALL, DESCRIBE]) {
      expect(decide({ ...NOTHING, head: null }, command)).toEqual(
        refuses('NOT_FOUND', 'the artifact has never been logged', 'list the artifacts of the project'),
      )
    }
  })

  test('but a log of new content waits until head counts all versions', () => {
    for (const command of [move('prod', 1), removal(2), DELETE_ALL, DESCRIBE]) {
      expect(decide(SEEN, command)).toEqual(needs({ kind: 'settled' }))
    }
  })

  test('that was recorded as done is done, and a deletion sees to its tombstone', () => {
    const view = recorded('done')

    expect(decide(view, move('prod', 1))).toEqual({ kind: 'answer', answer: DONE, tombstone: null })
    expect(decide(view, removal(2))).toEqual({ kind: 'answer', answer: DONE, tombstone: 2 })
  })

  test('that was recorded as refused stays refused', () => {
    expect(decide(recorded('CONFLICT'), move('prod', 1))).toEqual(
      refuses('CONFLICT', 'an earlier send of this command was refused', 'look at the artifact, then decide'),
    )
  })

  test('is UNKNOWN_OUTCOME when the window no longer reaches back to its first send', () => {
    const recent = Array.from({ length: RECENT_MAX }, (_, n) => ({
      opId: `${n}`,
      rev: 200 - n,
      result: 'done' as const,
    }))
    const full = { ...SETTLED, head: { ...HEAD, rev: 200, recent } }

    expect(decide({ ...full, base: 71 }, move('prod', 1))).toEqual(
      refuses(
        'UNKNOWN_OUTCOME',
        'so many other changes came since this command was first sent that its outcome can no longer be read back',
        'look at the artifact, then decide anew',
      ),
    )
    expect(decide({ ...full, base: 72 }, move('prod', 1))).toEqual(needs({ kind: 'version', n: 1 }))
    expect(decide({ ...full, base: null }, move('prod', 1))).toEqual(needs({ kind: 'version', n: 1 }))
  })
})

describe('a log', () => {
  test('establishes the first head', () => {
    expect(decide({ ...NOTHING, head: null }, logOf('A'))).toEqual({
      kind: 'establish',
      head: initialHead('model', AT),
    })
  })

  test('under another type is CONFLICT, also when it was recorded', () => {
    const detail = 'the artifact has type "model", not "data"'
    const draft = { id: 'd', round: 0 }

    expect(decide(recorded(2), logOf('A', { opId: 'op', type: 'data' }))).toEqual(
      refuses('CONFLICT', detail, 'log it with its own type, or under another name'),
    )
    expect(decide(SEEN, logOf('A', { type: 'data', draft }))).toEqual(
      refuses('CONFLICT', detail, 'abandon the draft, upsert it with that type, or under another name'),
    )
  })

  test('that was recorded answers the version, as aliases stand, once it is read', () => {
    const view = recorded(2)
    const own = versionOf(2, { opId: 'op' })

    expect(decide(view, log('A'))).toEqual(needs({ kind: 'version', n: 2 }))
    expect(decide(read(view, 2, own), log('A'))).toEqual(
      answers({ n: 2, created: true, aliases: ['best'], record: own }),
    )
    expect(decide(read(view, 2, SUCCEEDING), log('A'))).toMatchObject({ answer: { n: 2, created: false } })
    expect(decide(read(view, 2, null), log('A'))).toMatchObject({ answer: { n: 2, created: false, record: null } })
  })

  test('of the newest content finds it without asking the index', () => {
    expect(decide(SEEN, log('newest'))).toEqual(needs({ kind: 'settled' }))
    expect(decide(SETTLED, log('newest'))).toEqual(answers({ n: 4, created: false, aliases: ['latest'], record: null }))
    expect(decide(SETTLED, logOf('newest', { opId: 'log-4' }))).toMatchObject({ answer: { n: 4, created: true } })
  })

  test('of other content asks the index, then that head is settled, then for the version', () => {
    const indexed = { ...SEEN, indexed: 2 }

    expect(decide(SEEN, log('A'))).toEqual(needs({ kind: 'digest' }))
    expect(decide(indexed, log('A'))).toEqual(needs({ kind: 'settled' }))
    expect(decide({ ...indexed, settled: true }, log('A'))).toEqual(needs({ kind: 'version', n: 2 }))
  })

  test.each([
    ['that nobody has logged', { indexed: null }],
    ['that nobody has logged, whatever was seen before', { indexed: null, dead: 2, head: { ...HEAD, floor: 0 } }],
    ['that ended below the floor', { indexed: 0 }],
    ['that was seen deleted', { indexed: 2, dead: 2 }],
  ])('of content %s makes the next version, settled or not', (_, seen) => {
    const command = log('A', { aliases: ['prod'], at: 'then', description: 'mine', metadata: { a: 1 } })

    expect(decide({ ...SEEN, ...seen }, command)).toEqual({
      kind: 'create',
      version: versionOf(5, {
        content: 'A',
        opId: 'op',
        aliases: ['prod'],
        createdAt: 'then',
        description: 'mine',
        metadata: { a: 1 },
      }),
    })
  })

  test('of content at the floor finds it', () => {
    expect(decide(read({ ...SETTLED, indexed: 1 }, 1, versionOf(1)), log('A'))).toMatchObject({ answer: { n: 1 } })
  })

  test('that supersedes makes a version of any content, and asks for nothing', () => {
    const decision = decide(SEEN, log('newest', { supersede: true }))

    expect(decision).toMatchObject({ kind: 'create', version: { n: 5, supersede: true } })
  })

  test('reads head again when the index is ahead of it', () => {
    expect(decide({ ...SETTLED, indexed: 5 }, log('A'))).toEqual({ kind: 'reread', dead: null })
    expect(decide({ ...SETTLED, indexed: 4 }, log('A'))).toEqual(needs({ kind: 'version', n: 4 }))
  })

  test('whose version is missing finds the store CORRUPT', () => {
    expect(decide(read({ ...SETTLED, indexed: 2 }, 2, null), log('A'))).toEqual(MISSING_V2)
  })

  test('that finds its content deleted by another looks at head again, and remembers that', () => {
    expect(decide(read({ ...SETTLED, indexed: 2 }, 2, DELETED), log('A'))).toEqual({ kind: 'reread', dead: 2 })
  })

  test('that finds what it made itself deleted made it all the same', () => {
    const own = { ...DELETED, opId: 'op' }

    expect(decide(read({ ...SETTLED, indexed: 2 }, 2, own), log('A'))).toEqual(
      answers({ n: 2, created: true, aliases: ['best'], record: own }),
    )
  })

  test('of known content, without an alias or a description of its own, changes nothing', () => {
    const view = { ...found(), head: { ...HEAD, description: 'old' } }

    expect(decide(view, log('A'))).toEqual(answers({ n: 2, created: false, aliases: ['best'], record: SUCCEEDING }))
    expect(decide(view, log('A', { description: 'old' }))).toMatchObject({ kind: 'answer' })
    expect(decide(view, log('A', { description: 'old', delivery: 'first' }))).toMatchObject({ kind: 'answer' })
  })

  test('of known content moves its aliases to it, and tells them as they are then', () => {
    const decision = decide(found(), log('A', { aliases: ['prod', 'new'] }))

    expect(decision).toMatchObject({
      kind: 'advance',
      tombstone: null,
      change: { head: { rev: 10, aliases: { prod: 2, best: 2, new: 2 }, recent: [{ opId: 'op', result: 2 }] } },
    })
    expect(decision).toHaveProperty('answer', {
      n: 2,
      created: false,
      aliases: ['best', 'new', 'prod'],
      record: SUCCEEDING,
    })
  })

  test('of known content replaces the description by its own, and by none', () => {
    const view = { ...found(), head: { ...HEAD, description: 'old' } }

    expect(headOf(decide(view, log('A', { description: 'new' })))).toMatchObject({
      description: 'new',
      aliases: HEAD.aliases,
    })
    expect(headOf(decide(view, log('A', { aliases: ['new'] })))).toMatchObject({ description: 'old' })
  })

  test('whose aliases are in place writes only what another executor of it may ask for', () => {
    const [alone, first] = [log('A', { aliases: ['best'] }), log('A', { aliases: ['best'], delivery: 'first' })]

    expect(decide(found(), alone)).toMatchObject({ kind: 'answer' })
    expect(decide(found(), first)).toMatchObject({ kind: 'advance', change: { head: { recent: [{ result: 2 }] } } })
    expect(decide(found(), { ...alone, aliases: ['best', 'prod'] })).toMatchObject({ kind: 'advance' })
    expect(decide(found(), { ...alone, description: 'new' })).toMatchObject({ kind: 'advance' })
  })

  test('that made the version itself moves nothing again', () => {
    const command = logOf('A', { opId: SUCCEEDING.opId, aliases: ['prod'], delivery: 'resent' })

    expect(decide(found(), command)).toMatchObject({ kind: 'answer', answer: { n: 2, created: true } })
  })

  test.each([
    ['new', { ...SEEN, indexed: null }],
    ['known', read({ ...SETTLED, indexed: 2 }, 2, SUCCEEDING)],
  ])('of %s content past a limit is refused, and of unknown outcome where it may have been sent before', (_, view) => {
    const command = log('A', { description: 'x'.repeat(16_385) })
    const detail = 'a description of 16385 bytes, at most 16384 are allowed'

    expect(decide(view, command)).toEqual(refuses('INVALID', detail, 'shorten the description'))
    expect(decide(view, { ...command, delivery: 'first' })).toEqual(
      refuses('INVALID', detail, 'shorten the description'),
    )
    expect(decide(view, { ...command, delivery: 'resent' })).toEqual(
      refuses('UNKNOWN_OUTCOME', detail, 'look at the artifact, then decide anew'),
    )
  })
})

describe('a move of an alias', () => {
  test('asks for its target, and moves to it', () => {
    expect(decide(SETTLED, move('prod', 2))).toEqual(needs({ kind: 'version', n: 2 }))

    const decision = decide(read(SETTLED, 2, SUCCEEDING), move('prod', 2))

    expect(decision).toMatchObject({ kind: 'advance', tombstone: null, answer: DONE })
    expect(headOf(decision).aliases).toEqual({ prod: 2, best: 2 })
    expect(headOf(decision).recent).toEqual([{ opId: 'op', rev: 10, result: 'done' }])
  })

  test('removes it where no target is named', () => {
    expect(headOf(decide(SETTLED, move('prod', null))).aliases).toEqual({ best: 2 })
  })

  test('to where it is writes only what another executor of it may ask for', () => {
    const view = read(SETTLED, 2, SUCCEEDING)

    expect(decide(view, move('best', 2))).toEqual(answers(DONE))
    expect(decide(view, { ...move('best', 2), delivery: 'first' })).toMatchObject({ kind: 'advance' })
    expect(decide(SETTLED, move('absent', null))).toEqual(answers(DONE))
  })

  test.each([
    [5, SETTLED, 'NOT_FOUND', 'v5 does not exist'],
    [0, SETTLED, 'NOT_FOUND', 'v0 was superseded'],
    [2, read(SETTLED, 2, DELETED), 'NOT_FOUND', 'v2 was deleted'],
  ])('to v%i is refused where that is not live, for good where it may be sent again', (n, view, code, detail) => {
    const refusal = { code, detail, next: 'list the versions, then choose one' }

    expect(decide(view, move('prod', n))).toEqual({ kind: 'refuse', refusal, record: null })
    expect(decide(view, { ...move('prod', n), delivery: 'first' })).toEqual({ kind: 'refuse', refusal, record: null })
    expect(decide(view, { ...move('prod', n), delivery: 'resent' })).toMatchObject({
      refusal,
      record: { head: { aliases: HEAD.aliases, recent: [{ opId: 'op', rev: 10, result: code }] }, history: null },
    })
  })

  test('to a version whose record is missing finds the store CORRUPT', () => {
    expect(decide(read(SETTLED, 2, null), move('prod', 2))).toEqual(MISSING_V2)
  })

  test.each([
    ['prod', 2, 'expected v2, found v3'],
    ['prod', null, 'expected no such alias, found v3'],
    ['absent', 2, 'expected v2, found no such alias'],
  ])('of %s that expects %s elsewhere is CONFLICT, for good where it may be sent again', (alias, expect_, detail) => {
    const command = move(alias, null, expect_)
    const refusal = { code: 'CONFLICT', detail, next: 'resolve the alias again, then decide' }

    expect(decide(SETTLED, command)).toEqual({ kind: 'refuse', refusal, record: null })
    expect(decide(SETTLED, { ...command, delivery: 'resent' })).toMatchObject({
      refusal,
      record: { head: { recent: [{ result: 'CONFLICT' }] } },
    })
  })

  test('that expects it where it is moves it', () => {
    expect(decide(SETTLED, move('prod', null, 3))).toMatchObject({ kind: 'advance' })
    expect(decide(SETTLED, move('absent', null, null))).toEqual(answers(DONE))
  })

  test('past the limit of aliases is refused, for good where it may be sent again', () => {
    const aliases = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`a${n}`, 2]))
    const view = { ...read(SETTLED, 2, SUCCEEDING), head: { ...HEAD, aliases } }
    const refusal = {
      code: 'INVALID',
      detail: '1001 aliases, at most 1000 are allowed',
      next: 'remove some aliases first',
    }

    expect(decide(view, move('one-more', 2))).toEqual({ kind: 'refuse', refusal, record: null })
    expect(decide(view, { ...move('one-more', 2), delivery: 'resent' })).toMatchObject({
      refusal,
      record: { head: { aliases, recent: [{ result: 'INVALID' }] } },
    })
  })
})

describe('a deletion', () => {
  test('of a version that nothing names marks it in head, to be buried', () => {
    const decision = decide(read(SETTLED, 1, versionOf(1)), removal(1))

    expect(decision).toMatchObject({ kind: 'advance', tombstone: 1, answer: DONE })
    expect(headOf(decision)).toMatchObject({ deleting: 1, aliases: HEAD.aliases, latest: HEAD.latest })
  })

  test('of a version that does not exist is NOT_FOUND, for good where it may be sent again', () => {
    const refusal = { code: 'NOT_FOUND', detail: 'v5 does not exist', next: 'list the versions, then choose one' }

    expect(decide(SETTLED, removal(5))).toEqual({ kind: 'refuse', refusal, record: null })
    expect(decide(SETTLED, { ...removal(5), delivery: 'resent' })).toMatchObject({
      refusal,
      record: { head: { recent: [{ result: 'NOT_FOUND' }] } },
    })
  })

  test('of a version that has ended is done; a tombstone that may be missing is put again', () => {
    expect(decide(SETTLED, removal(0))).toEqual(answers(DONE))
    expect(decide(read(SETTLED, 2, DELETED), removal(2))).toEqual({ kind: 'answer', answer: DONE, tombstone: 2 })
  })

  test('asks for the version, and finds the store CORRUPT without it', () => {
    expect(decide(SETTLED, removal(2))).toEqual(needs({ kind: 'version', n: 2 }))
    expect(decide(read(SETTLED, 2, null), removal(2))).toEqual(MISSING_V2)
  })

  test('of what aliases point at is CONFLICT by their names, for good where it may be sent again', () => {
    const head = { ...HEAD, aliases: { prod: 4, best: 4, other: 3 } }
    const view = { ...read(SETTLED, 4, versionOf(4)), head }
    const refusal = {
      code: 'CONFLICT',
      detail: 'v4 is still the target of prod, best, latest',
      next: 'delete with `aliases: true`: `latest` then falls back',
    }

    expect(decide(view, removal(4, false))).toEqual({ kind: 'refuse', refusal, record: null })
    expect(decide(view, { ...removal(4, false), delivery: 'resent' })).toMatchObject({
      refusal,
      record: { head: { recent: [{ result: 'CONFLICT' }] } },
    })
  })

  test('of an older version that aliases point at says that they may be moved', () => {
    const view = { ...read(SETTLED, 3, versionOf(3)), head: { ...HEAD, aliases: { prod: 3 } } }

    expect(decide(view, removal(3, false))).toMatchObject({
      refusal: {
        detail: 'v3 is still the target of prod',
        next: 'move these aliases first, or delete with `aliases: true`',
      },
    })
  })

  test('with its aliases takes those that point at it, and no others', () => {
    expect(headOf(decide(read(SETTLED, 3, versionOf(3)), removal(3)))).toMatchObject({
      aliases: { best: 2 },
      latest: HEAD.latest,
    })
  })

  test('of the latest looks downwards for the newest live version', () => {
    const newest = read(SETTLED, 4, versionOf(4))
    const below = read(newest, 3, versionOf(3, { deleted: true }))
    const live = versionOf(2, { opId: 'two' })

    expect(decide(newest, removal(4))).toEqual(needs({ kind: 'version', n: 3 }))
    expect(decide(below, removal(4))).toEqual(needs({ kind: 'version', n: 2 }))
    expect(headOf(decide(read(below, 2, live), removal(4))).latest).toEqual({ n: 2, digest: live.digest, opId: 'two' })
    expect(decide(read(newest, 3, null), removal(4))).toMatchObject({
      refusal: { code: 'CORRUPT', detail: 'head counts v3, whose record is missing' },
    })
  })

  test('of the latest falls back as far as to the floor', () => {
    const view = [4, 3, 2, 1].reduce((seen, n) => read(seen, n, versionOf(n, { deleted: n === 2 || n === 3 })), SETTLED)

    expect(headOf(decide(view, removal(4))).latest).toMatchObject({ n: 1 })
  })

  test('of the latest looks no further than the floor', () => {
    const view = [4, 3, 2, 1].reduce((seen, n) => read(seen, n, versionOf(n, { deleted: n < 4 })), SETTLED)

    expect(headOf(decide(view, removal(4))).latest).toBeNull()
  })
})

describe('the deletion of an artifact', () => {
  test('ends every version and every alias', () => {
    const decision = decide(SETTLED, DELETE_ALL)

    expect(decision).toMatchObject({ kind: 'advance', tombstone: null, answer: DONE })
    expect(headOf(decision)).toMatchObject({ next: 5, floor: 5, aliases: {}, latest: null })
  })
})

describe('a description', () => {
  test('replaces the one before, and nothing else', () => {
    const decision = decide(SETTLED, DESCRIBE)

    expect(decision).toMatchObject({ kind: 'advance', tombstone: null, answer: DONE })
    expect(headOf(decision)).toMatchObject({ description: 'mine', next: 5, floor: 1, aliases: HEAD.aliases })
  })
})

const DELETE_ALL: Command = { kind: 'deleteArtifact', ...INTENT }
const DESCRIBE: Command = { kind: 'describe', ...INTENT, description: 'mine' }
const MISSING_V2 = refuses(
  'CORRUPT',
  'head counts v2, whose record is missing',
  'restore it from a backup of the store',
)

function log(content: string, given: Parameters<typeof logOf>[1] = {}) {
  return logOf(content, { opId: 'op', ...given })
}

function move(alias: string, n: number | null, expected?: number | null): SetAliasCommand {
  return { kind: 'setAlias', ...INTENT, alias, n, expect: expected }
}

function removal(n: number, withAliases = true): DeleteCommand {
  return { kind: 'delete', ...INTENT, n, withAliases }
}

/** A settled view in which an earlier executor of `op` left that result. */
function recorded(result: Head['recent'][number]['result']): View {
  return { ...SETTLED, head: { ...HEAD, recent: [{ opId: 'op', rev: 9, result }] } }
}

/** A settled view in which the content `A` is live as v2. */
function found(): View {
  return read({ ...SETTLED, indexed: 2 }, 2, SUCCEEDING)
}

function read(view: View, n: number, version: ReturnType<typeof versionOf> | null): View {
  return { ...view, versions: new Map([...view.versions, [n, version]]) }
}

function needs(need: object) {
  return { kind: 'need', need }
}

function answers(answer: object) {
  return { kind: 'answer', answer, tombstone: null }
}

function refuses(code: string, detail: string, next: string) {
  return { kind: 'refuse', refusal: { code, detail, next }, record: null }
}

function headOf(decision: Decision): Head {
  expect(decision.kind).toBe('advance')
  return (decision as Extract<Decision, { kind: 'advance' }>).change.head
}
