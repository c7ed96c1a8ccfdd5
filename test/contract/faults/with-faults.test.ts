import { describe, expect, it } from 'vitest'
import { createMemoryData, createMemoryObjectStore } from '../../../src/adapters/memory/index.ts'
import type { MemoryOptions } from '../../../src/adapters/memory/index.ts'
import { withFaults } from '../../../src/contract/index.ts'
import type { FaultOptions, FaultRule, FaultyObjectStore } from '../../../src/contract/index.ts'
import { sourceOf } from '../../../src/contract/data.ts'
import { isLadingError } from '../../../src/domain/errors.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { failureOf } from '../../support/failure-of.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** One store, seen through faults and without them. */
function open(plan: readonly FaultRule[], options: MemoryOptions & Partial<FaultOptions> = {}) {
  const shared = createMemoryData()
  const driver = () => createMemoryObjectStore({ ...options, shared })
  return { faulty: withFaults(driver(), { seed: 1, ...options, plan }), plain: driver() }
}

async function textAt(store: ObjectStore, key: string): Promise<string | null> {
  const found = await store.get(key, {})
  return found && new TextDecoder().decode(found.bytes)
}

describe('a lost answer', () => {
  it('lands, and is told as unknown', async () => {
    const { faulty, plain } = open([{ fault: 'lost answer', nth: 1 }])

    const failure = await failureOf(faulty.putIfAbsent('a', bytes('first'), {}))

    expect(failure).toMatchObject({ code: 'UNKNOWN_OUTCOME', operation: 'putIfAbsent', key: 'a', adapter: 'memory' })
    expect(await textAt(plain, 'a')).toBe('first')
    expect(faulty.injected['lost answer']).toBe(1)
  })

  it.each<[string, (store: ObjectStore, etag: string) => Promise<unknown>]>([
    ['put', (store) => store.put('a', bytes('next'), {})],
    ['compareAndSwap', (store, etag) => store.compareAndSwap('a', bytes('next'), etag, {})],
    ['delete', (store) => store.delete(['a'], {})],
    ['copy', (store) => store.copy('a', 'b', {})],
    ['publish', async (store) => (await store.stage({})).publish('b')],
  ])('can happen to %s', async (_, write) => {
    const { faulty, plain } = open([{ fault: 'lost answer', nth: 1 }])
    const created = await plain.putIfAbsent('a', bytes('first'), {})

    const failure = await failureOf(write(faulty, (created as { etag: string }).etag))

    expect(failure.code).toBe('UNKNOWN_OUTCOME')
    const seen = [await textAt(plain, 'a'), await textAt(plain, 'b')]
    expect(seen).not.toEqual(['first', null])
  })

  it('can happen to a commit of many objects', async () => {
    const { faulty, plain } = open([{ fault: 'lost answer', nth: 1 }], { batch: true })
    const write = { key: 'a', bytes: bytes('first'), precondition: 'ifAbsent' } as const
    const parent = await faulty.batch.tip({})

    const failure = await failureOf(faulty.batch.commit([write], { parent, title: 'one' }))

    expect(failure.code).toBe('UNKNOWN_OUTCOME')
    expect((await plain.batch.commitsSince(parent, {})).map(({ title }) => title)).toEqual(['one'])
  })
})

describe('a write that is refused though it landed', () => {
  it('is told as the second copy of it would be', async () => {
    const { faulty, plain } = open([{ fault: 'refused though landed', chance: 1 }])

    expect(await faulty.putIfAbsent('a', bytes('first'), {})).toBe('exists')
    const { etag } = (await plain.stat('a', {}))!
    expect(await faulty.compareAndSwap('a', bytes('second'), etag, {})).toBe('lost')
    expect(await faulty.copy('a', 'b', {})).toBe('exists')

    expect([await textAt(plain, 'a'), await textAt(plain, 'b')]).toEqual(['second', 'second'])
    expect(faulty.injected['refused though landed']).toBe(3)
  })

  it('is not claimed of a write that landed nothing', async () => {
    const { faulty } = open([{ fault: 'refused though landed', chance: 1 }])

    expect(await faulty.copy('missing', 'b', {})).toBeNull()
    expect(await faulty.compareAndSwap('missing', bytes('x'), 'none', {})).toBe('lost')

    expect(faulty.injected['refused though landed']).toBe(0)
  })
})

describe('a late landing', () => {
  it('is told as unknown, and lands when it is settled', async () => {
    const { faulty, plain } = open([{ fault: 'late landing', nth: 1 }], { lateWrites: 'when settled' })

    const failure = await failureOf(faulty.putIfAbsent('a', bytes('late'), {}))
    for (let calls = 0; calls < 50; calls++) await faulty.get('a', {})
    const before = await textAt(plain, 'a')
    await faulty.settle()

    expect(failure.code).toBe('UNKNOWN_OUTCOME')
    expect([before, await textAt(plain, 'a')]).toEqual([null, 'late'])
  })

  it('lands by itself before one of the next calls', async () => {
    const { faulty, plain } = open([{ fault: 'late landing', nth: 1 }])

    await failureOf(faulty.putIfAbsent('a', bytes('late'), {}))
    expect(await textAt(plain, 'a')).toBeNull()
    for (let calls = 0; calls < 12; calls++) await faulty.get('b', {})

    expect(await textAt(plain, 'a')).toBe('late')
  })

  it('lands by its precondition at that moment', async () => {
    const { faulty, plain } = open([{ fault: 'late landing', nth: 1 }], { lateWrites: 'when settled' })
    await failureOf(faulty.putIfAbsent('a', bytes('late'), {}))
    await faulty.putIfAbsent('a', bytes('in time'), {})

    await faulty.settle()

    expect(await textAt(plain, 'a')).toBe('in time')
  })

  it('lands with the bytes that were sent, whatever becomes of the buffer and of the signal', async () => {
    const { faulty, plain } = open([{ fault: 'late landing', chance: 1 }], { lateWrites: 'when settled' })
    const stop = new AbortController()
    const buffer = bytes('put')
    await failureOf(faulty.put('a', buffer, { signal: stop.signal }))
    await failureOf(faulty.putIfAbsent('b', sourceOf(bytes('source'), { chunkBytes: 2 }), { signal: stop.signal }))
    buffer.fill(0)
    stop.abort()

    await faulty.settle()

    expect([await textAt(plain, 'a'), await textAt(plain, 'b')]).toEqual(['put', 'source'])
  })

  it('lands at the latest when the handle is closed', async () => {
    const { faulty, plain } = open([{ fault: 'late landing', nth: 1 }], { lateWrites: 'when settled' })
    await failureOf(faulty.put('a', bytes('late'), {}))

    await faulty.close()

    expect(await textAt(plain, 'a')).toBe('late')
  })
})

describe('a duplicate', () => {
  it('is sent twice; the second answer counts', async () => {
    const { faulty, plain } = open([{ fault: 'duplicate', chance: 1 }])

    expect(await faulty.putIfAbsent('a', sourceOf(bytes('first')), {})).toBe('exists')
    const { etag } = (await plain.stat('a', {}))!
    expect(await faulty.compareAndSwap('a', bytes('second'), etag, {})).toBe('lost')

    expect(await textAt(plain, 'a')).toBe('second')
    expect(faulty.injected.duplicate).toBe(2)
  })

  it('is told as unknown when its second copy is refused: the first may have landed', async () => {
    const shared = createMemoryData()
    const driver = createMemoryObjectStore({ shared })
    const busy = withFaults(driver, { seed: 1, plan: [{ fault: 'throttling', nth: 2 }] })
    const faulty = withFaults(busy, { seed: 1, plan: [{ fault: 'duplicate', nth: 1 }] })

    const failure = await failureOf(faulty.putIfAbsent('a', bytes('first'), {}))

    expect(failure).toMatchObject({ code: 'UNKNOWN_OUTCOME', cause: { code: 'UNAVAILABLE' } })
    expect(await textAt(driver, 'a')).toBe('first')
  })
})

describe('throttling', () => {
  it('does nothing and says so', async () => {
    const { faulty, plain } = open([{ fault: 'throttling', nth: 1 }])

    const failure = await failureOf(faulty.putIfAbsent('a', bytes('first'), {}))

    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retry: 'later' })
    expect(await textAt(plain, 'a')).toBeNull()
    expect(await faulty.putIfAbsent('a', bytes('first'), {})).not.toBe('exists')
  })

  it('can happen to a read', async () => {
    const { faulty } = open([{ fault: 'throttling', chance: 1 }])

    for (const call of [faulty.get('a', {}), faulty.stat('a', {}), faulty.list('', { depth: 'all', limit: 5 })]) {
      expect((await failureOf(call)).code).toBe('UNAVAILABLE')
    }
  })
})

describe('a delay', () => {
  it('lets other calls overtake', async () => {
    const { faulty } = open([{ fault: 'delay', nth: 1 }], { seed: 3 })
    const order: string[] = []

    await Promise.all([
      faulty.get('a', {}).then(() => order.push('delayed')),
      faulty.get('b', {}).then(() => order.push('other')),
    ])

    expect(order).toEqual(['other', 'delayed'])
    expect(faulty.injected.delay).toBe(1)
  })
})

describe('a partial list', () => {
  it('has a cursor, and all entries in the end', async () => {
    const { faulty, plain } = open([{ fault: 'partial list', chance: 1 }])
    const keys = Array.from({ length: 9 }, (_, index) => `a/${index}`)
    for (const key of keys) await plain.putIfAbsent(key, bytes('x'), {})

    const pages: string[][] = []
    let cursor: string | undefined
    do {
      const page = await faulty.list('a/', { depth: 'children', limit: 100, cursor })
      pages.push(page.entries.map(({ key }) => key))
      cursor = page.cursor
    } while (cursor !== undefined)

    expect(pages.flat()).toEqual(keys)
    expect(pages.every((page) => page.length >= 1 && page.length <= 3)).toBe(true)
    expect(faulty.injected['partial list']).toBe(pages.length - 1)
  })
})

describe('a plan', () => {
  it('counts only the calls that a rule is for', async () => {
    const { faulty, plain } = open([{ fault: 'lost answer', operations: ['putIfAbsent'], key: /\/versions\//, nth: 3 }])
    const keys = ['x/versions/0', 'x/head', 'x/versions/1', 'x/runs/0', 'x/versions/2', 'x/versions/3']
    const answers: string[] = []
    for (const key of keys) {
      await plain.get(key, {})
      answers.push(await faulty.putIfAbsent(key, bytes(key), {}).then(() => 'ok', codeOf))
    }

    expect(answers).toEqual(['ok', 'ok', 'ok', 'ok', 'UNKNOWN_OUTCOME', 'ok'])
  })

  it('takes the first rule that injects', async () => {
    const { faulty } = open([
      { fault: 'throttling', nth: 2 },
      { fault: 'lost answer', chance: 1 },
    ])

    const answers = []
    for (const key of ['a', 'b', 'c']) answers.push(await faulty.put(key, bytes(key), {}).then(() => 'ok', codeOf))

    expect(answers).toEqual(['UNKNOWN_OUTCOME', 'UNAVAILABLE', 'UNKNOWN_OUTCOME'])
  })

  it('injects the same faults again under the same seed, and others under another', async () => {
    const plan: readonly FaultRule[] = [
      { fault: 'lost answer', chance: 0.2 },
      { fault: 'late landing', chance: 0.2 },
      { fault: 'throttling', chance: 0.2 },
    ]
    const run = (seed: number) => answersOf(open(plan, { seed }).faulty)

    const [first, again, other] = [await run(7), await run(7), await run(8)]

    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
    expect(new Set(first)).toEqual(new Set(['ok', 'exists', 'UNKNOWN_OUTCOME', 'UNAVAILABLE']))
  })

  it('without rules changes nothing', async () => {
    const { faulty } = open([])

    expect(new Set(await answersOf(faulty))).toEqual(new Set(['ok', 'exists']))
    expect(Object.values(faulty.injected).every((count) => count === 0)).toBe(true)
  })

  it.each<[string, FaultRule]>([
    ['a fault that the port does not allow there', { fault: 'lost answer', operations: ['get'], chance: 1 }],
    ['a publication that lands late', { fault: 'late landing', operations: ['publish'], chance: 1 }],
    ['a partial write', { fault: 'partial list', operations: ['put'], chance: 1 }],
    ['no operation', { fault: 'delay', operations: [], chance: 1 }],
    ['a chance above 1', { fault: 'delay', chance: 1.1 }],
    ['a chance that is no number', { fault: 'delay', chance: Number.NaN }],
    ['the call before the first', { fault: 'delay', nth: 0 }],
    ['a fault that there is not', { fault: 'fire' as 'delay', chance: 1 }],
  ])('that could never inject is refused: %s', (_, rule) => {
    expect(() => open([rule])).toThrow(expect.objectContaining({ code: 'INVALID', key: rule.fault }))
  })
})

/** What a fixed sequence of creations is answered. */
async function answersOf(store: FaultyObjectStore): Promise<string[]> {
  const answers: string[] = []
  for (let index = 0; index < 60; index++) {
    const creating = store.putIfAbsent(`k${index % 40}`, bytes('x'), {})
    answers.push(await creating.then((answer) => (answer === 'exists' ? answer : 'ok'), codeOf))
  }
  return answers
}

function codeOf(error: unknown): string {
  if (isLadingError(error)) return error.code
  throw error
}
