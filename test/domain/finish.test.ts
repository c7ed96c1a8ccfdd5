import { describe, expect, test } from 'vitest'
import type { AbandonClosing, FinishClosing, ReadPart } from '../../src/domain/draft.ts'
import { decideFinish, decideUpsert } from '../../src/domain/finish.ts'
import type { DraftListing, DraftView } from '../../src/domain/finish.ts'
import { partOf } from './draft-parts.ts'

const NOTHING: DraftView = {
  result: undefined,
  closing: undefined,
  closed: undefined,
  choice: undefined,
  parts: new Map(),
  listed: undefined,
  type: undefined,
  logged: undefined,
  indexed: undefined,
}
const FACTS = { type: 'model', metadata: null, metadataDigest: null, description: null }
const TOLD = { at: '2026-01-01T00:00:00.000Z', run: { project: 'demo', id: 'ann', name: 'ann' } }
const FINISH: FinishClosing = {
  kind: 'finish',
  opId: 'finish',
  baseRev: 7,
  ...TOLD,
  ...FACTS,
  aliases: ['prod'],
  onConflict: 'refuse',
}
const ABANDON: AbandonClosing = { kind: 'abandon', opId: 'abandon', ...TOLD }
const ANN = partOf('1', 'ann', { a: 'A' })
const BEN = partOf('2', 'ben', { b: 'B' })
const RIVAL = partOf('3', 'cid', { a: 'C' })

describe('a finish', () => {
  test('asks for the result, then lists, then closes, then seals, then logs, then concludes', () => {
    const open = { ...NOTHING, result: null, ...listed([ANN, BEN], 'beforeClosing') }
    const closing = { ...open, closing: FINISH }
    const sealed = { ...closing, closed: ['1', '2'] }

    expect(decideFinish(NOTHING, FINISH)).toEqual({ kind: 'need', need: { kind: 'result' } })
    expect(decideFinish({ ...NOTHING, result: null }, FINISH)).toEqual({ kind: 'need', need: { kind: 'listed' } })
    expect(decideFinish({ ...open, parts: new Map([['1', ANN]]) }, FINISH)).toEqual({
      kind: 'need',
      need: { kind: 'parts', opIds: ['2'] },
    })
    expect(decideFinish(open, FINISH)).toEqual({ kind: 'close', closing: FINISH })
    expect(decideFinish(closing, FINISH)).toEqual({ kind: 'need', need: { kind: 'closed' } })
    expect(decideFinish({ ...closing, closed: null }, FINISH)).toEqual({ kind: 'need', need: { kind: 'listed' } })
    expect(decideFinish({ ...closing, closed: null, ...listed([BEN, ANN], 'afterClosing') }, FINISH)).toEqual({
      kind: 'seal',
      closed: ['1', '2'],
    })
    expect(decideFinish(sealed, FINISH)).toMatchObject({
      kind: 'log',
      log: { command: { opId: 'finish', baseRev: 7, aliases: ['prod'], delivery: 'resent', fileCount: 2 } },
    })
    expect(decideFinish({ ...sealed, logged: 3 }, FINISH)).toEqual({
      kind: 'conclude',
      result: { kind: 'finished', n: 3, aliases: 'moved' },
    })
  })

  test('a round with a result answers it; an abandoned one is CONFLICT', () => {
    const result = { kind: 'finished', n: 3, aliases: 'moved' } as const

    expect(decideFinish({ ...NOTHING, result }, FINISH)).toEqual({ kind: 'answer', result })
    expect(decideFinish({ ...NOTHING, result: { kind: 'abandoned' } }, FINISH)).toMatchObject(refusal('CONFLICT'))
  })

  test('no part is NOT_FOUND, another type CONFLICT, once nobody has closed the round', () => {
    const empty = { ...NOTHING, result: null, closing: null, ...listed([], 'beforeClosing') }
    const other = { ...empty, ...listed([ANN], 'beforeClosing') }

    expect(decideFinish(empty, FINISH)).toMatchObject(refusal('NOT_FOUND'))
    expect(decideFinish(other, { ...FINISH, type: 'dataset' })).toMatchObject(refusal('CONFLICT'))
  })

  test('parts that disagree are CONFLICT, naming path and runs, and nothing is closed', () => {
    const view = { ...NOTHING, result: null, ...listed([ANN, RIVAL], 'beforeClosing') }

    expect(decideFinish(view, FINISH)).toEqual({ kind: 'need', need: { kind: 'closing' } })
    expect(decideFinish({ ...view, closing: null }, FINISH)).toMatchObject({
      refusal: { code: 'CONFLICT', detail: 'runs ann, cid gave different content for "a"' },
    })
    expect(decideFinish(view, { ...FINISH, onConflict: 'last' })).toMatchObject({ kind: 'close' })
  })

  test('goes on with the intent of the closing that was first, with exactly the parts that it closed', () => {
    const first = { ...FINISH, opId: 'first', aliases: ['best'] }
    const view = { ...NOTHING, result: null, closing: first, closed: ['1'], ...listed([ANN, RIVAL], 'afterClosing') }

    expect(decideFinish(view, FINISH)).toMatchObject({
      log: { command: { opId: 'first', aliases: ['best'], fileCount: 1 }, producers: [{ id: 'ann' }] },
    })
  })

  test('a closed part that was not read is asked for by its id', () => {
    const view = { ...NOTHING, result: null, closing: FINISH, closed: ['1', '2'], ...listed([ANN], 'beforeClosing') }

    expect(decideFinish(view, FINISH)).toEqual({ kind: 'need', need: { kind: 'parts', opIds: ['2'] } })
  })

  test('a conflict that came up after closing needs a choice, which then holds for all', () => {
    const view = {
      ...NOTHING,
      result: null,
      closing: FINISH,
      closed: ['1', '3'],
      ...listed([ANN, RIVAL], 'afterClosing'),
    }
    const unchosen = { ...view, choice: null }

    expect(decideFinish(view, FINISH)).toEqual({ kind: 'need', need: { kind: 'choice' } })
    expect(decideFinish(unchosen, FINISH)).toMatchObject(refusal('CONFLICT'))
    expect(decideFinish(unchosen, { ...FINISH, onConflict: 'last' })).toEqual({
      kind: 'choose',
      choice: { onConflict: 'last' },
    })
    expect(decideFinish({ ...view, choice: { onConflict: 'last' } }, FINISH)).toMatchObject({
      log: { union: RIVAL.manifest },
    })
  })

  test('an outcome that cannot be read back is looked up in the index, else logged anew without aliases', () => {
    const view = { ...NOTHING, result: null, closing: FINISH, closed: ['1'], ...listed([ANN], 'afterClosing') }
    const unknown = { ...view, logged: 'unknown' } as const

    expect(decideFinish(unknown, FINISH)).toMatchObject({
      need: { kind: 'indexed', log: { command: { opId: 'finish' }, producers: [{ id: 'ann' }] } },
    })
    expect(decideFinish({ ...unknown, indexed: 4 }, FINISH)).toMatchObject({ result: { n: 4, aliases: 'moved' } })
    expect(decideFinish({ ...unknown, indexed: null }, FINISH)).toMatchObject({
      log: { command: { opId: null, aliases: [] } },
    })
    expect(decideFinish({ ...view, indexed: null, logged: 5 }, FINISH)).toMatchObject({
      result: { n: 5, aliases: 'unknown' },
    })
  })

  test('what it does not say itself, the parts say where they agree', () => {
    const described = { ...ANN, part: { ...ANN.part, metadata: { a: 1 }, description: 'theirs' } }
    const view = { ...NOTHING, result: null, closed: ['1'], ...listed([described], 'afterClosing') }
    const own = { ...FINISH, description: 'own' }

    expect(decideFinish({ ...view, closing: FINISH }, FINISH)).toMatchObject({
      log: { command: { metadata: { a: 1 }, description: 'theirs' } },
    })
    expect(decideFinish({ ...view, closing: own }, own)).toMatchObject({ log: { command: { description: 'own' } } })
  })

  test('who meets an abandoned round completes it', () => {
    const view = { ...NOTHING, result: null, closing: ABANDON, closed: ['1'], ...listed([ANN], 'afterClosing') }

    expect(decideFinish(view, FINISH)).toEqual({ kind: 'conclude', result: { kind: 'abandoned' } })
  })
})

describe('an abandonment', () => {
  test('closes, seals, concludes; again it is answered', () => {
    const open = { ...NOTHING, result: null, listed: { opIds: ['1'], when: 'beforeClosing' } } as const
    const closing = { ...open, closing: ABANDON, closed: null }
    const result = { kind: 'abandoned' } as const

    expect(decideFinish({ ...NOTHING, result: null }, ABANDON)).toEqual({ kind: 'need', need: { kind: 'listed' } })
    expect(decideFinish(open, ABANDON)).toEqual({ kind: 'close', closing: ABANDON })
    expect(decideFinish(closing, ABANDON)).toEqual({ kind: 'need', need: { kind: 'listed' } })
    expect(decideFinish({ ...closing, listed: { opIds: ['2', '1'], when: 'afterClosing' } }, ABANDON)).toEqual({
      kind: 'seal',
      closed: ['1', '2'],
    })
    expect(decideFinish({ ...closing, closed: ['1'] }, ABANDON)).toEqual({ kind: 'conclude', result })
    expect(decideFinish({ ...NOTHING, result }, ABANDON)).toEqual({ kind: 'answer', result })
  })

  test('of a round that has its version is CONFLICT', () => {
    const result = { kind: 'finished', n: 3, aliases: 'moved' } as const

    expect(decideFinish({ ...NOTHING, result }, ABANDON)).toMatchObject(refusal('CONFLICT'))
  })

  test('of a round without parts is NOT_FOUND', () => {
    const empty = { ...NOTHING, result: null, closing: null, ...listed([], 'beforeClosing') }

    expect(decideFinish(empty, ABANDON)).toMatchObject(refusal('NOT_FOUND'))
  })

  test('of a round that a finish has closed is CONFLICT, unless the artifact has got another type', () => {
    const closed = { ...NOTHING, result: null, closing: FINISH, closed: ['1'] }

    expect(decideFinish(closed, ABANDON)).toEqual({ kind: 'need', need: { kind: 'type' } })
    expect(decideFinish({ ...closed, type: null }, ABANDON)).toMatchObject(refusal('CONFLICT'))
    expect(decideFinish({ ...closed, type: 'model' }, ABANDON)).toMatchObject(refusal('CONFLICT'))
    expect(decideFinish({ ...closed, type: 'dataset' }, ABANDON)).toMatchObject({ kind: 'conclude' })
  })
})

describe('an upsert whose part is there', () => {
  test('is acknowledged while nobody closes, and when the closing counts it', () => {
    expect(decideUpsert(NOTHING, '1')).toEqual({ kind: 'need', need: { kind: 'closing' } })
    expect(decideUpsert({ ...NOTHING, closing: null }, '1')).toBeNull()
    expect(decideUpsert({ ...NOTHING, closing: FINISH }, '1')).toEqual({ kind: 'need', need: { kind: 'closed' } })
    expect(decideUpsert({ ...NOTHING, closing: FINISH, closed: ['1'] }, '1')).toBeNull()
  })

  test('is ALREADY_FINISHED when it came too late, or when the round was abandoned', () => {
    const late = { ...NOTHING, closing: FINISH, closed: ['2'] }
    const abandoned = { ...NOTHING, closing: ABANDON, closed: ['1'], result: { kind: 'abandoned' } as const }

    expect(decideUpsert(late, '1')).toMatchObject(refusal('ALREADY_FINISHED'))
    expect(decideUpsert(abandoned, '1')).toMatchObject(refusal('ALREADY_FINISHED'))
  })

  test('completes an abandonment that stopped halfway, so that the next round opens', () => {
    const view = { ...NOTHING, closing: ABANDON, closed: ['1'] }

    expect(decideUpsert(view, '1')).toEqual({ kind: 'conclude', result: { kind: 'abandoned' } })
  })
})

function listed(parts: readonly ReadPart[], when: DraftListing['when']): Pick<DraftView, 'parts' | 'listed'> {
  const opIds = parts.map(({ part }) => part.opId)
  return { parts: new Map(parts.map((read) => [read.part.opId, read])), listed: { opIds, when } }
}

function refusal(code: string): object {
  return { kind: 'refuse', refusal: { code } }
}
