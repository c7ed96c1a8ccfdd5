import { describe, expect, test } from 'vitest'
import {
  advanceHead,
  aliasesOf,
  countVersion,
  initialHead,
  MOVES_MAX,
  RECENT_MAX,
  recordedResult,
  targetOf,
  windowReaches,
} from '../../src/domain/head.ts'
import type { HeadOperation, Head, HeadUpdate } from '../../src/domain/head.ts'
import { versionOf } from './versions.ts'

const AT = '2026-01-01T00:00:00.000Z'
const RUN = { project: 'demo', id: 'ann', name: 'Ann' }
const EMPTY = initialHead('model', AT)

describe('the first head', () => {
  test('counts nothing', () => {
    expect(EMPTY).toEqual({
      rev: 0,
      type: 'model',
      next: 0,
      floor: 0,
      aliases: {},
      latest: null,
      deleting: null,
      recent: [],
      moves: [],
      description: null,
      createdAt: AT,
    })
  })
})

describe('a change', () => {
  test('takes the next rev, is remembered as the newest, and tells what it moved', () => {
    const head = { ...EMPTY, rev: 6, aliases: { best: 1, old: 0, same: 2 }, recent: [{ opId: 'a', rev: 6, result: 3 }] }

    const { head: next, history } = advanceHead(
      head,
      { opId: 'b', result: 'done', at: AT, run: RUN },
      {
        aliases: { same: 2, prod: 4, best: 2 },
      },
    )

    expect(next).toMatchObject({ rev: 7, aliases: { same: 2, prod: 4, best: 2 } })
    expect(next.recent).toEqual([
      { opId: 'b', rev: 7, result: 'done' },
      { opId: 'a', rev: 6, result: 3 },
    ])
    const told = { rev: 7, at: AT, opId: 'b', run: RUN }
    expect(next.moves).toEqual([
      { ...told, alias: 'best', from: 1, to: 2 },
      { ...told, alias: 'old', from: 0, to: null },
      { ...told, alias: 'prod', from: null, to: 4 },
    ])
    expect(history).toBeNull()
  })

  test('ends the mark of a deletion, unless it is one', () => {
    const head = { ...EMPTY, deleting: 3 }

    expect(changed(head, {}).deleting).toBeNull()
    expect(changed(head, { deleting: 4 }).deleting).toBe(4)
  })

  test('moves nothing where it sets no alias', () => {
    const head = { ...EMPTY, aliases: { prod: 1 } }

    expect(changed(head, { description: 'new' })).toMatchObject({ aliases: { prod: 1 }, moves: [] })
  })

  test(`of aliases, on a head that holds ${MOVES_MAX} moves, first hands those to a history page`, () => {
    const full = filled(MOVES_MAX)

    const { head, history } = advanceHead(full, changeOf('last'), { aliases: { last: 0 } })

    expect(history).toEqual(full.moves)
    expect(head.moves).toMatchObject([{ alias: 'last' }])
  })

  test('hands nothing to a history page while there is room, nor when it moves nothing', () => {
    const almost = advanceHead(filled(MOVES_MAX - 1), changeOf('last'), { aliases: { last: 0 } })
    const idle = advanceHead(filled(MOVES_MAX), changeOf('idle'), { description: 'new' })

    expect(almost.history).toBeNull()
    expect(almost.head.moves).toHaveLength(MOVES_MAX)
    expect(idle.history).toBeNull()
    expect(idle.head.moves).toHaveLength(MOVES_MAX)
  })
})

describe('counting a version', () => {
  test('makes it the latest and moves its aliases and the description', () => {
    const head = { ...EMPTY, next: 4, aliases: { prod: 3, best: 1 }, description: 'old' }
    const version = versionOf(4, { aliases: ['prod', 'new'], run: RUN, description: 'mine', createdAt: 'then' })

    const { head: next } = countVersion(head, version)

    expect(next).toMatchObject({ next: 5, floor: 0, description: 'mine' })
    expect(next.latest).toEqual({ n: 4, digest: version.digest, opId: version.opId })
    expect(next.aliases).toEqual({ prod: 4, best: 1, new: 4 })
    expect(next.recent[0]).toEqual({ opId: version.opId, rev: 1, result: 4 })
    expect(next.moves[0]).toMatchObject({ alias: 'new', at: 'then', run: RUN })
  })

  test('keeps the description that it does not replace', () => {
    expect(countVersion({ ...EMPTY, description: 'old' }, versionOf(0)).head.description).toBe('old')
  })

  test('that supersedes ends all older ones, and the aliases that pointed at them', () => {
    const head = { ...EMPTY, next: 4, aliases: { prod: 3 } }

    const { head: next } = countVersion(head, versionOf(4, { supersede: true }))

    expect(next).toMatchObject({ floor: 4, aliases: {} })
  })

  test('keeps the floor, and aliases that point at it', () => {
    const head = { ...EMPTY, next: 4, floor: 2, aliases: { prod: 2 } }

    expect(countVersion(head, versionOf(4)).head).toMatchObject({ floor: 2, aliases: { prod: 2 } })
  })
})

describe('the window', () => {
  test(`remembers the newest ${RECENT_MAX} operations`, () => {
    const head = filled(RECENT_MAX + 1)

    expect(head.recent).toHaveLength(RECENT_MAX)
    expect(recordedResult(head, 'op-0')).toBeUndefined()
    expect(recordedResult(head, 'op-1')).toBe('done')
  })

  test('answers each operation by its own result', () => {
    const head = {
      ...EMPTY,
      recent: [
        { opId: 'a', rev: 2, result: 7 },
        { opId: 'b', rev: 1, result: 'CONFLICT' },
      ],
    } as const

    expect(recordedResult(head, 'a')).toBe(7)
    expect(recordedResult(head, 'b')).toBe('CONFLICT')
  })

  test('reaches back to the beginning while it is not full', () => {
    expect(windowReaches(filled(RECENT_MAX - 1), 0)).toBe(true)
  })

  test('proves nothing missing back to the rev before its oldest', () => {
    const head = filled(RECENT_MAX + 10)
    const oldest = head.recent.at(-1)!.rev

    expect(windowReaches(head, oldest)).toBe(true)
    expect(windowReaches(head, oldest - 1)).toBe(true)
    expect(windowReaches(head, oldest - 2)).toBe(false)
  })
})

describe('aliases', () => {
  test('of a version are sorted, with `latest` among them', () => {
    const latest = { n: 1, digest: 'd', opId: 'o' }
    const head = { ...EMPTY, aliases: { z: 1, prod: 1, a: 0 }, latest }

    expect(aliasesOf(head, 1)).toEqual(['latest', 'prod', 'z'])
    expect(aliasesOf(head, 0)).toEqual(['a'])
    expect(aliasesOf({ ...head, latest: null }, 1)).toEqual(['prod', 'z'])
  })

  test('that were never set point nowhere, whatever their names are', () => {
    expect(targetOf({ prod: 0 }, 'prod')).toBe(0)
    expect(targetOf({}, 'prod')).toBeNull()
    expect(targetOf({}, 'constructor')).toBeNull()
    expect(targetOf({}, '__proto__')).toBeNull()
  })
})

function changeOf(opId: string): HeadOperation {
  return { opId, result: 'done', at: AT, run: null }
}

function changed(head: Head, update: HeadUpdate): Head {
  return advanceHead(head, changeOf('op'), update).head
}

/** A head after that many operations, each of which moved an alias that was removed again unseen. */
function filled(operations: number): Head {
  let head = EMPTY
  for (let n = 0; n < operations; n++) head = advanceHead(head, changeOf(`op-${n}`), {}).head
  const moves = Array.from({ length: operations }, (_, n) => {
    return { rev: n + 1, at: AT, alias: `a${n}`, from: null, to: 0, opId: `op-${n}`, run: null }
  })
  return { ...head, moves: moves.slice(-MOVES_MAX) }
}
