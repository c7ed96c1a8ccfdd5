import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createMemoryData, createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import {
  ContractFailure,
  capabilityNames,
  describeContract,
  objectStoreCases,
  objectStoreSubject,
  runCase,
} from '../../src/contract/index.ts'
import type { ContractOptions, ContractRunner, RunnerTest } from '../../src/contract/index.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'

describe('the cases', () => {
  it('have ids of their own', () => {
    const ids = objectStoreCases.map(({ id }) => id)

    expect(new Set(ids).size).toBe(ids.length)
  })

  it("quote the ports' docstrings as their obligations", () => {
    const ports = ['object-store', 'bulk-objects', 'bytes', 'call']
      .map((name) => readFileSync(`src/ports/${name}.ts`, 'utf8'))
      .join('\n')
    const words = ports.replaceAll(/\s*\n\s*(\*\/?|\/\*\*)?\s*/g, ' ')

    const unknown = objectStoreCases.filter(({ obligation }) => !words.includes(obligation))

    expect(unknown.map(({ id, obligation }) => `${id}: ${obligation}`)).toEqual([])
  })
})

describe('a failing case', () => {
  it('names itself, its obligation, what was expected and seen, the seed and the command that repeats it', async () => {
    const failure = await runCase(caseOf('object.create.keeps-the-first'), subjectOf(overwriting), { seed: 7 }).catch(
      (error: unknown) => error,
    )

    expect(failure).toBeInstanceOf(ContractFailure)
    const { message, expected, seen, cause } = failure as ContractFailure
    expect(message).toBe(
      [
        'object.create.keeps-the-first',
        '  obligation: Creates an object; `exists` when there is one, which is then left as it is.',
        `  expected:   ${expected}`,
        `  seen:       ${seen}`,
        '  seed:       7',
        '  repeat:     LADING_CONTRACT_SEED=7 npx vitest run -t "object.create.keeps-the-first$"',
      ].join('\n'),
    )
    expect(cause).toBeInstanceOf(Error)
  })

  it("shows the runner's own command where one is given", async () => {
    const repeat = (id: string): string => `make contract CASE=${id}`

    const running = runCase(caseOf('object.create.keeps-the-first'), subjectOf(overwriting), { seed: 7, repeat })

    await expect(running).rejects.toThrow('LADING_CONTRACT_SEED=7 make contract CASE=object.create.keeps-the-first')
  })

  it('is cleaned up all the same', async () => {
    let cleanups = 0
    const subject = subjectOf(overwriting, async () => void cleanups++)

    await expect(runCase(caseOf('object.create.keeps-the-first'), subject, { seed: 7 })).rejects.toThrow(
      ContractFailure,
    )

    expect(cleanups).toBe(1)
  })

  it('is repeated exactly by its seed', async () => {
    const shrunk = async (): Promise<string> =>
      runCase(caseOf('object.random.like-the-model'), subjectOf(overwriting), { seed: 7 }).then(
        () => 'passed',
        (error: Error) => /shrunk to .*/.exec(error.message)?.[0] ?? error.message,
      )

    const [first, second] = [await shrunk(), await shrunk()]

    expect(first).toContain('shrunk to')
    expect(second).toBe(first)
  })
})

describe('the binder', () => {
  it('runs the cases of its tier and of the smaller ones', () => {
    const [quick, full] = (['quick', 'full'] as const).map((tier) => [...declared({ tier, skips: {} }).keys()])

    expect(quick).toEqual(objectStoreCases.filter(({ tier }) => tier === 'quick').map(({ id }) => id))
    expect(full).toEqual(expect.arrayContaining([...quick!, 'object.random.like-the-model']))
    expect(full).not.toContain('object.random.like-the-model-for-long')
  })

  it.each([
    ['an unknown tier', { tier: 'all', skips: {} }, 'the tier is all: give one of quick, full, soak'],
    ['no list of skips', { tier: 'quick' }, '`skips` is missing'],
  ])('declares nothing with %s, rather than a suite that passes', (_, options, message) => {
    expect(() => declared(options as unknown as ContractOptions)).toThrow(message)
  })

  it('skips a case whose capability is missing, and says which', async () => {
    const skips = { 'object.swap.replaces': 'compareAndSwap' }

    await expect(declared({ tier: 'quick', skips }).get('object.swap.replaces')!()).resolves.toBe('compareAndSwap')
  })

  it.each([
    [
      'is not on the list',
      'object.swap.replaces',
      {},
      'needs compareAndSwap, which the subject does not have, and is not',
    ],
    [
      'is on it for another reason',
      'object.swap.replaces',
      { 'object.swap.replaces': 'batch' },
      'list of skips for batch',
    ],
    ['is on it and can be run', 'object.create.etag', { 'object.create.etag': 'batch' }, 'remove it from the list'],
  ])('fails a case that %s', async (_, id, skips, message) => {
    await expect(declared({ tier: 'quick', skips }).get(id)!()).rejects.toThrow(message)
  })
})

function caseOf(id: string) {
  return objectStoreCases.find((each) => each.id === id)!
}

/** A driver that breaks its first promise: a creation replaces what is there. */
function overwriting(driver: ObjectStore): ObjectStore {
  return {
    ...driver,
    async putIfAbsent(key, body, options) {
      await driver.delete([key], options)
      return driver.putIfAbsent(key, body, options)
    },
  }
}

function subjectOf(change: (driver: ObjectStore) => ObjectStore, cleanup = async (): Promise<void> => {}) {
  const options = { register: 'numbered' } as const
  return objectStoreSubject({
    name: 'subject',
    capabilities: capabilityNames(createMemoryObjectStore(options).capabilities),
    async create() {
      const shared = createMemoryData()
      return { open: async () => change(createMemoryObjectStore({ ...options, shared })), cleanup }
    },
  })
}

/** The tests that the binder declares, by name. Each answers the reason for which it was skipped, if it was. */
function declared(options: ContractOptions): Map<string, () => Promise<string | undefined>> {
  const tests = new Map<string, () => Promise<string | undefined>>()
  const runner: ContractRunner = {
    describe: (_, body) => body(),
    it(name, _, body) {
      tests.set(name, async () => {
        let reason: string | undefined
        const test: RunnerTest = { skip: (given) => void (reason = given) }
        await body(test)
        return reason
      })
    },
  }
  describeContract(
    runner,
    objectStoreCases,
    subjectOf((driver) => driver),
    { ...options, seed: 7 },
  )
  return tests
}
