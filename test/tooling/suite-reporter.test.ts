import { describe, expect, it } from 'vitest'
import { budgetProblems, skipProblems, suiteOf } from '../../scripts/suite-reporter.ts'

describe('suite reporter', () => {
  it('takes the folder of test/ as the suite, and the one below for the full tier', () => {
    expect(suiteOf('test/adapters/fs/errors.test.ts')).toBe('adapters')
    expect(suiteOf('test/full/races/fs.test.ts')).toBe('full/races')
  })

  it('accepts suites that have a budget', () => {
    expect(budgetProblems(['domain'], { domain: 10, protocol: 410 })).toEqual([])
  })

  it('refuses a suite without a budget', () => {
    expect(budgetProblems(['domain', 'new'], { domain: 10 })).toEqual([expect.stringContaining('suite new')])
  })

  it('refuses budgets that add up to more than five minutes on two cores', () => {
    expect(budgetProblems(['domain'], { domain: 421 })).toEqual([expect.stringContaining('421 s')])
  })

  it('accepts a skip that is listed with the same reason', () => {
    const cases = [{ id: 'contract/fs › presign', skipped: true, note: 'presign' }]
    expect(skipProblems(cases, { 'contract/fs › presign': 'presign' })).toEqual([])
  })

  it.each([
    ['is not listed', { skipped: true, note: 'presign' }, {}, 'not in test/skips.json'],
    ['has another reason', { skipped: true, note: 'presign' }, { a: 'ranges' }, 'listed for "ranges"'],
    ['is listed and ran', { skipped: false, note: undefined }, { a: 'ranges' }, 'no longer skipped'],
  ])('refuses a skip that %s', (_, facts, list, problem) => {
    expect(skipProblems([{ id: 'a', ...facts }], list)).toEqual([expect.stringContaining(problem)])
  })
})
