import { describe, expect, test } from 'vitest'
import { forEachConcurrently } from '../../src/protocol/concurrency.ts'

const tick = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('tasks side by side', () => {
  test('each get their item once, never more than the limit at once', async () => {
    const items = Array.from({ length: 50 }, (_, index) => index)
    const seen: number[] = []
    let [underWay, most] = [0, 0]

    await forEachConcurrently(items, { limit: 4, signal: undefined }, async (item, _, index) => {
      most = Math.max(most, ++underWay)
      expect(index).toBe(item)
      await tick()
      seen.push(item)
      underWay--
    })

    expect(seen.toSorted((a, b) => a - b)).toEqual(items)
    expect(most).toBe(4)
  })

  test('end at the first failure, when what was begun is done', async () => {
    const failure = new Error('first')
    const [begun, done]: [number[], number[]] = [[], []]

    const running = forEachConcurrently([0, 1, 2, 3, 4], { limit: 2, signal: undefined }, async (item, { signal }) => {
      begun.push(item)
      if (item === 0) throw failure
      while (!signal.aborted) await tick()
      done.push(item)
      throw new Error('second')
    })

    await expect(running).rejects.toBe(failure)
    expect([begun, done]).toEqual([[0, 1], [1]])
  })

  test('do not begin after the signal has fired', async () => {
    const abort = new AbortController()
    const begun: number[] = []

    const running = forEachConcurrently([0, 1, 2], { limit: 1, signal: abort.signal }, async (item) => {
      begun.push(item)
      abort.abort()
    })

    await expect(running).rejects.toMatchObject({ code: 'ABORTED' })
    expect(begun).toEqual([0])
  })

  test('of no items end at once', async () => {
    await expect(forEachConcurrently([], { limit: 3, signal: undefined }, tick)).resolves.toBeUndefined()
  })
})
