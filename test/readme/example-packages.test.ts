import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/run.ts'
import { EXAMPLES, packageOf, shownBy } from './support/examples.ts'
import { readPage } from './support/markdown.ts'

interface Lock {
  readonly version: string
  readonly packages: Readonly<Record<string, { readonly version?: string }>>
}

const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as Lock

// test/full/examples.test.ts runs them.
describe.each(EXAMPLES)('examples/%s', (name) => {
  it('has what it depends on in the versions that lading is tested with', () => {
    const { dependencies, devDependencies } = packageOf(name)
    const versionOf = (dependency: string) => lock.packages[`node_modules/${dependency}`]?.version

    const given = Object.entries({ ...dependencies, ...devDependencies })

    expect(given).toEqual(given.map(([each]) => [each, each === 'lading' ? lock.version : versionOf(each)]))
    expect(given.map(([each]) => each)).toContain('lading')
  })

  it('cannot be published by mistake', () => {
    expect(packageOf(name).private).toBe(true)
  })

  it('says in half a page what it is, and what it prints', () => {
    expect(shownBy(name)).not.toBe('')
    expect(readPage(`examples/${name}/README.md`).split('\n').length).toBeLessThan(60)
  })

  it('is on the list of examples', () => {
    expect(readPage('examples/README.md')).toContain(`[${name}](${name}/README.md)`)
  })
})
