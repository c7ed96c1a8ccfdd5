import { expect, it } from 'vitest'
import { contractPage } from '../../scripts/contract-docs.ts'
import { readPage } from './support/markdown.ts'

it('docs/contract.md lists the cases that are exported now', () => {
  const isCurrent = readPage('docs/contract.md') === contractPage()

  expect(isCurrent ? 'current' : 'run `npx node scripts/contract-docs.ts`').toBe('current')
})
