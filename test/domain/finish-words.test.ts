import { describe, expect, test } from 'vitest'
import type { AbandonClosing, FinishClosing, ReadPart } from '../../src/domain/draft.ts'
import { decideFinish, decideUpsert, typeRefusal } from '../../src/domain/finish.ts'
import type { DraftView } from '../../src/domain/finish.ts'
import { manifestDigest } from '../../src/domain/manifest.ts'
import { partOf } from './draft-parts.ts'

// What a finish comes to is in finish.test.ts. Here: in which words it is refused, and what exactly is logged.

const TOLD = { at: '2026-01-02T00:00:00.000Z', run: { project: 'demo', id: 'cid', name: 'Cid' } }
const FACTS = { type: 'model', metadata: null, metadataDigest: null, description: null }
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
const [ANN, RIVAL] = [partOf('1', 'ann', { a: 'A' }), partOf('2', 'ben', { a: 'B' })]
const OPEN = viewOf([ANN])

describe('a refusal says what is wrong and what to do', () => {
  test.each([
    ['no part', viewOf([]), FINISH, 'NOT_FOUND', 'no run has given this draft a part', 'upsert one first'],
    [
      'another type',
      OPEN,
      { ...FINISH, type: 'data' },
      'CONFLICT',
      'run ann gave a part of type "model", not "data"',
      'finish with the type of the parts, or abandon the draft',
    ],
    [
      'parts that differ',
      viewOf([ANN, RIVAL]),
      FINISH,
      'CONFLICT',
      'runs ann, ben gave different content for "a"',
      'let one run send it again, or finish with `onConflict: "last"`',
    ],
    [
      'an end without a version',
      { ...OPEN, result: { kind: 'abandoned' } as const },
      FINISH,
      'CONFLICT',
      'the draft was abandoned',
      'upsert the files again: that opens the next round',
    ],
    [
      'a version',
      { ...OPEN, result: { kind: 'finished', n: 3, aliases: 'moved' } as const },
      ABANDON,
      'CONFLICT',
      'the draft was finished',
      'delete the version that was made of it',
    ],
    [
      'a finish under way',
      { ...OPEN, closing: FINISH, closed: ['1'], type: 'model' },
      ABANDON,
      'CONFLICT',
      'the draft is being finished',
      'finish it, then delete the version',
    ],
  ] as const)('that met %s', (...[, view, command, code, detail, next]) => {
    expect(decideFinish(view, command)).toEqual({ kind: 'refuse', refusal: { code, detail, next } })
  })

  test('of a part that came too late', () => {
    expect(decideUpsert({ ...OPEN, closing: FINISH, closed: ['2'] }, '1')).toEqual({
      kind: 'refuse',
      refusal: {
        code: 'ALREADY_FINISHED',
        detail: 'the round was closed before this part arrived',
        next: 'upsert it again: that opens the next round',
      },
    })
  })

  test('of a part under another type than the artifact or the parts have', () => {
    expect(typeRefusal(ANN.part, null)).toBeNull()
    expect(typeRefusal(ANN.part, 'model')).toBeNull()
    expect(typeRefusal(ANN.part, 'data')).toEqual({
      code: 'CONFLICT',
      detail: 'the artifact has type "data", not "model"',
      next: 'upsert it with that type, or under another name',
    })
  })
})

describe('a round', () => {
  test('without parts is only refused once nobody is known to have closed it', () => {
    const empty = { ...viewOf([]), closing: undefined }

    expect(decideFinish(empty, FINISH)).toEqual({ kind: 'need', need: { kind: 'closing' } })
    expect(decideFinish(empty, ABANDON)).toEqual({ kind: 'need', need: { kind: 'closing' } })
  })

  test('that was closed before anybody looked at its parts has them listed', () => {
    const closed = { ...OPEN, closing: FINISH, closed: null, listed: undefined }

    expect(decideFinish(closed, FINISH)).toEqual({ kind: 'need', need: { kind: 'listed' } })
  })
})

describe('the log of a union', () => {
  const sealed = { ...OPEN, closing: FINISH, closed: ['1'] }

  test('says all that the closing and the parts say, and nothing of who sends it', () => {
    const { aliases, baseRev, opId } = FINISH

    expect(decideFinish(sealed, { ...FINISH, opId: 'other', aliases: [] })).toEqual({
      kind: 'log',
      log: {
        command: {
          kind: 'log',
          opId,
          baseRev,
          aliases,
          ...TOLD,
          ...FACTS,
          delivery: 'resent',
          digest: manifestDigest(ANN.manifest),
          supersede: false,
          derivedFrom: null,
          sizeBytes: 1,
          fileCount: 1,
        },
        union: ANN.manifest,
        producers: [ANN.part.run, TOLD.run],
      },
    })
  })

  test('is sent anew by nobody in particular once its outcome cannot be read back', () => {
    const decision = decideFinish({ ...sealed, logged: 'unknown', indexed: null }, FINISH)

    expect(decision).toMatchObject({ kind: 'log', log: { command: { opId: null, delivery: 'alone', aliases: [] } } })
  })

  test('that the index has found is concluded with its number', () => {
    const decision = decideFinish({ ...sealed, logged: 'unknown', indexed: 4 }, FINISH)

    expect(decision).toEqual({ kind: 'conclude', result: { kind: 'finished', n: 4, aliases: 'moved' } })
  })

  test('takes no metadata from the parts where the closing has some, inline or in a blob', () => {
    const given = { ...ANN, part: { ...ANN.part, metadata: { a: 1 } } }
    const logged = (own: Partial<FinishClosing>) =>
      decideFinish({ ...viewOf([given]), closing: { ...FINISH, ...own }, closed: ['1'] }, FINISH)

    expect(logged({ metadata: { b: 2 } })).toMatchObject({
      log: { command: { metadata: { b: 2 }, metadataDigest: null } },
    })
    expect(logged({ metadataDigest: 'd' })).toMatchObject({ log: { command: { metadata: null, metadataDigest: 'd' } } })
  })
})

function viewOf(parts: readonly ReadPart[]): DraftView {
  return {
    result: null,
    closing: null,
    closed: undefined,
    choice: undefined,
    parts: new Map(parts.map((read) => [read.part.opId, read])),
    listed: { opIds: parts.map(({ part }) => part.opId), when: 'beforeClosing' },
    type: undefined,
    logged: undefined,
    indexed: undefined,
  }
}
