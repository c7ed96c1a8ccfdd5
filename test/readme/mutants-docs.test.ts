import { expect, it } from 'vitest'
import { mutantsPage } from '../../scripts/mutants-docs.ts'
import { readPage } from './support/markdown.ts'

it('docs/contract-mutants.md lists the mutants that there are now', () => {
  const isCurrent = readPage('docs/contract-mutants.md') === mutantsPage()

  expect(isCurrent ? 'current' : 'run `npx node scripts/mutants-docs.ts`').toBe('current')
})
