import { describe, expect, test, vi } from 'vitest'
import { isLadingError, LadingError } from '../../src/domain/errors.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'

describe('the message', () => {
  test('says where, of what, by whom, what went wrong and what to do', () => {
    const error = new LadingError('CONFLICT', {
      operation: 'setAlias',
      key: 'resnet:prod',
      adapter: 's3',
      detail: 'expected v6, found v7',
      next: 'resolve the alias again, then decide',
    })

    expect(error.message).toBe(
      'setAlias resnet:prod (s3): CONFLICT: expected v6, found v7; resolve the alias again, then decide',
    )
  })

  test.each([
    [{}, 'INVALID: it is so'],
    [{ next: 'do that' }, 'INVALID: it is so; do that'],
    [{ operation: 'log' }, 'log: INVALID: it is so'],
    [{ key: 'model:v1' }, 'model:v1: INVALID: it is so'],
    [{ adapter: 'fs' }, '(fs): INVALID: it is so'],
    [{ operation: 'log', adapter: 'fs' }, 'log (fs): INVALID: it is so'],
  ])('leaves out what is not known: %j', (known, message) => {
    expect(new LadingError('INVALID', { detail: 'it is so', ...known }).message).toBe(message)
  })
})

describe('an error', () => {
  test('carries its facts, and is an Error by the name of LadingError', () => {
    const cause = new Error('below')

    const error = new LadingError('CORRUPT', {
      operation: 'get',
      key: 'k',
      adapter: 'fs',
      detail: 'd',
      next: 'n',
      cause,
    })

    expect(error).toBeInstanceOf(Error)
    expect({ ...error, cause: error.cause }).toEqual({
      name: 'LadingError',
      code: 'CORRUPT',
      retry: 'never',
      operation: 'get',
      key: 'k',
      adapter: 'fs',
      detail: 'd',
      next: 'n',
      cause,
    })
  })

  test('without a cause has none, not an undefined one', () => {
    expect(Object.hasOwn(new LadingError('INVALID', { detail: 'd' }), 'cause')).toBe(false)
  })

  test.each<[ErrorCode, string]>([
    ['NOT_FOUND', 'never'],
    ['ALREADY_EXISTS', 'never'],
    ['CONFLICT', 'never'],
    ['ALREADY_FINISHED', 'never'],
    ['UNSUPPORTED', 'never'],
    ['INVALID', 'never'],
    ['CORRUPT', 'never'],
    ['UNAUTHORIZED', 'never'],
    ['CLOSED', 'never'],
    ['UNAVAILABLE', 'later'],
    ['UNKNOWN_OUTCOME', 'later'],
    ['ABORTED', 'now'],
  ])('%s says: retry %s', (code, retry) => {
    expect(new LadingError(code, { detail: 'd' }).retry).toBe(retry)
  })

  test('may say another time for a retry than its code does', () => {
    expect(new LadingError('UNAVAILABLE', { detail: 'd', retry: 'never' }).retry).toBe('never')
  })
})

describe('an outer layer', () => {
  test('adds what it knows', () => {
    const cause = new Error('below')
    const inner = new LadingError('UNAVAILABLE', { detail: 'd', retry: 'now', cause })

    const outer = inner.with({ operation: 'get', key: 'k', adapter: 'fs', next: 'n' })

    expect({ ...outer, cause: outer.cause }).toEqual({
      name: 'LadingError',
      code: 'UNAVAILABLE',
      retry: 'now',
      operation: 'get',
      key: 'k',
      adapter: 'fs',
      detail: 'd',
      next: 'n',
      cause,
    })
    expect(outer.message).toBe('get k (fs): UNAVAILABLE: d; n')
  })

  test('changes nothing that is said already', () => {
    const inner = new LadingError('INVALID', { operation: 'get', key: 'k', adapter: 'fs', detail: 'd', next: 'n' })

    const outer = inner.with({ operation: 'log', key: 'other', adapter: 's3', next: 'no' })

    expect(outer.message).toBe(inner.message)
  })
})

describe('isLadingError', () => {
  test('tells ours from others, and one code from the others', () => {
    const error: unknown = new LadingError('INVALID', { detail: 'd' })

    expect(isLadingError(error)).toBe(true)
    expect(isLadingError(error, 'INVALID')).toBe(true)
    expect(isLadingError(error, 'CONFLICT')).toBe(false)
  })

  test('knows the errors of another copy of lading', async () => {
    vi.resetModules()
    const copy = await import('../../src/domain/errors.ts')
    const theirs: unknown = new copy.LadingError('CONFLICT', { detail: 'd' })

    expect(theirs).not.toBeInstanceOf(LadingError)
    expect([isLadingError(theirs, 'CONFLICT'), isLadingError(theirs, 'INVALID')]).toEqual([true, false])
  })

  test('goes by a brand that other releases of lading set as well', () => {
    const theirs = Object.assign(new Error('m'), { code: 'CONFLICT', [Symbol.for('lading/LadingError')]: true })

    expect([isLadingError(theirs, 'CONFLICT'), isLadingError(theirs, 'INVALID')]).toEqual([true, false])
    expect(Reflect.get(new LadingError('CONFLICT', { detail: 'd' }), Symbol.for('lading/LadingError'))).toBe(true)
  })

  test.each([[new Error('INVALID')], [{ name: 'LadingError', code: 'INVALID' }], [null], [undefined]])(
    'takes %s for none',
    (other) => {
      expect(isLadingError(other)).toBe(false)
      expect(isLadingError(other, 'INVALID')).toBe(false)
    },
  )
})
