import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { performancePage } from '../../scripts/performance-docs.ts'

test('docs/performance.md shows the newest results of the bench', () => {
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8')

  const isCurrent = performancePage(page) === page

  expect(isCurrent ? 'current' : 'run `node scripts/performance-docs.ts`').toBe('current')
})
