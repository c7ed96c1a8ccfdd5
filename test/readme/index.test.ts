import { expect, it } from 'vitest'
import { PAGES, readPage, relativeLinksOf } from './support/markdown.ts'

it('docs/README.md leads to every page of docs/', () => {
  const linked = relativeLinksOf(readPage('docs/README.md'))
  const pages = PAGES.filter((page) => /^docs\/[\w-]+\.md$/.test(page)).map((page) => page.replace('docs/', ''))

  expect(pages.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([])
})
