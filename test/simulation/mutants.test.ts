import { describe, expect, test } from 'vitest'
import { loadBuild } from './build.ts'
import { readSchedules, runMutant, runUnmutated, shows } from './find-mutant.ts'
import { MUTANTS } from './mutants.ts'

const schedules = readSchedules()

describe('a schedule finds each way to get the protocol wrong', () => {
  test.for(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', async ([name, mutant]) => {
    const seed = schedules[name]
    if (seed === undefined)
      expect.fail(`no schedule; look for one: node test/simulation/find-mutant.ts --update "${name}"`)

    const [broken, sound] = [await runMutant(mutant, seed), await runUnmutated(mutant, seed)]

    if (!shows(mutant, broken)) {
      expect.fail(
        `seed ${seed} no longer finds it; look for another: node test/simulation/find-mutant.ts --update "${name}"`,
      )
    }
    expect(sound.violations).toEqual([])
  })
})

test('every mutant has a name of its own, and no schedule is left over', () => {
  const names = MUTANTS.map(({ name }) => name)

  expect(new Set(names).size).toBe(names.length)
  expect(Object.keys(schedules).toSorted()).toEqual(names.toSorted())
})

test('a patch whose text is not in the source is an error, not a mutant', async () => {
  const patch = { file: 'src/domain/head.ts', find: 'no such text', replace: '' }

  await expect(loadBuild({ recent: 128, moves: 32 }, [patch])).rejects.toThrow('it has it 0 times')
})
