import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortedKeys } from '../../../src/adapters/memory/sorted-keys.ts'

test('keys are in order, whatever was added and deleted, and in whichever order', () => {
  const key = fc.integer({ min: 0, max: 4_000 }).map((number) => `k/${number}`)
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 60 }), fc.nat(), key, (added, deletedCount, from) => {
      const keys = new SortedKeys()
      for (const one of added) keys.add(one)
      const deleted = added.slice(0, deletedCount % (added.length + 1))
      for (const one of deleted) keys.delete(one)

      const left = added.slice(deleted.length).sort()
      expect([...keys.from('')]).toEqual(left)
      expect([...keys.from(from)]).toEqual(left.filter((one) => one >= from))
    }),
    { numRuns: 200 },
  )
})

test('ten thousand keys, more than one block takes, are in order and can all be deleted', () => {
  const keys = new SortedKeys()
  const names = Array.from({ length: 10_000 }, (_, index) => `key-${(index * 7_919) % 10_000}`)

  for (const name of names) keys.add(name)
  const all = [...keys.from('')]
  for (const name of names) keys.delete(name)

  expect(all).toEqual(names.toSorted())
  expect([...keys.from('')]).toEqual([])
})
