import { describe, expect, it } from 'vitest'
import { coverageProblems } from '../../scripts/lint.ts'

const OUTPUT = 'Found 0 warnings and 0 errors.\nFinished in 232ms on 26 files with 165 rules using 2 threads.\n'

describe('lint', () => {
  it('accepts a run that looked at every file', () => {
    expect(coverageProblems(OUTPUT, 26, ['domain'])).toEqual([])
  })

  it('refuses a run that looked at fewer files than there are', () => {
    expect(coverageProblems(OUTPUT, 27, [])).toEqual(['oxlint looked at 26 files, but there are 27'])
  })

  it('refuses a run that does not say how many files it looked at', () => {
    expect(coverageProblems('', 1, [])).toEqual(['oxlint looked at 0 files, but there are 1'])
  })

  it('refuses a folder of src without an import rule', () => {
    expect(coverageProblems(OUTPUT, 26, ['helpers'])).toEqual([expect.stringContaining('src/helpers')])
  })
})
