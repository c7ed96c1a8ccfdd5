import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/run.ts'
import { blobStoreCases, metadataStoreCases, objectStoreCases, transportCases } from '../../src/contract/index.ts'
import { readSemanticsTests, semanticsRows, semanticsTestsPage } from '../../scripts/semantics-docs.ts'
import { readPage } from './support/markdown.ts'

const TESTS = readSemanticsTests()
const CASES = [...objectStoreCases, ...blobStoreCases, ...metadataStoreCases, ...transportCases]
const CASE_IDS = new Set(CASES.map(({ id }) => id))

describe('docs/semantics.md', () => {
  it('has tests for each of its rows, and nothing else has', () => {
    expect(Object.keys(TESTS)).toEqual(semanticsRows(readPage('docs/semantics.md')))
  })

  it.each(Object.entries(TESTS))('%s: the tests are there', (_, tests) => {
    const unknown = tests.filter((test) => !isThere(test))

    expect({ tests: tests.length > 0, unknown }).toEqual({ tests: true, unknown: [] })
  })
})

it('docs/semantics-tests.md is the page of test/semantics.json', () => {
  const isCurrent = readPage('docs/semantics-tests.md') === semanticsTestsPage(TESTS)

  expect(isCurrent ? 'current' : 'run `npx node scripts/semantics-docs.ts`').toBe('current')
})

/** The contract suite has the case, or the file declares a test with this very title. Titles of `each` are as the source has them. */
function isThere(test: string): boolean {
  const [file, ...title] = test.split(' › ')
  if (file === 'contract') return CASE_IDS.has(title.join(' › '))
  if (!existsSync(`${ROOT}${file}`)) return false
  const source = readFileSync(`${ROOT}${file}`, 'utf8')
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${title.join(' › ')}${quote},`))
}
