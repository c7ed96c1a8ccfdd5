import { expect, it } from 'vitest'
import { TYPE_UNSPECIFIED, typeConflict } from '../../src/domain/type-conflict.ts'

it('names both types', () => {
  expect(typeConflict('model', 'data "x"')).toBe('the artifact has type "model", not "data \\"x\\""')
})

it('says how an artifact came to have no type', () => {
  expect(TYPE_UNSPECIFIED).toBe('unspecified')
  expect(typeConflict('unspecified', 'model')).toBe(
    'the artifact has type "unspecified", not "model": it was begun without one, and a type never changes',
  )
})
