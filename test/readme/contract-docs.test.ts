import { expect, it } from 'vitest'
import { contractPage } from '../../scripts/contract-docs.ts'
import { readPage } from './support/markdown.ts'

it('docs/contract.md lists the cases that are exported now', () => {
  expect(readPage('docs/contract.md'), 'run `npx node scripts/contract-docs.ts`').toBe(contractPage())
})
