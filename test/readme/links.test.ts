import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/run.ts'
import { anchorsOf, PAGES, readPage, relativeLinksOf } from './support/markdown.ts'

describe('documentation', () => {
  it('has the pages that README.md promises', () => {
    expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/on-disk-format.md', 'docs/write-an-adapter.md']))
  })

  it.each(PAGES)('%s links only to what is there', (page) => {
    expect(relativeLinksOf(readPage(page)).filter((link) => !resolves(page, link))).toEqual([])
  })

  it('finds links to files and headings that are not there', () => {
    expect(resolves('README.md', 'docs/nowhere.md')).toBe(false)
    expect(resolves('README.md', 'CONTRIBUTING.md#nothing')).toBe(false)
    expect(resolves('README.md', '#nothing')).toBe(false)
    expect(resolves('README.md', 'CONTRIBUTING.md#layers-of-tests')).toBe(true)
  })
})

const ANCHORS = new Map<string, ReadonlySet<string>>()

/** Each page is read once: the API reference has thousands of links. */
function anchorsIn(page: string): ReadonlySet<string> {
  const anchors = ANCHORS.get(page) ?? new Set(anchorsOf(readPage(page)))
  ANCHORS.set(page, anchors)
  return anchors
}

/** A link leads to a file or folder of the project, and where it names a heading, to one that the page has. */
function resolves(page: string, link: string): boolean {
  const [file, fragment] = link.split('#')
  const target = file === '' ? page : relative('.', join(dirname(page), decodeURIComponent(file!)))
  if (target.startsWith('..') || !existsSync(`${ROOT}${target}`)) return false
  return fragment === undefined || anchorsIn(target).has(fragment)
}
