import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { compareSins, countSins, undocumentedExports } from '../../scripts/tidy.ts'

describe('tidy', () => {
  it('counts each kind of sin in a planted tree', () => {
    const root = mkdtempSync(join(tmpdir(), 'lading-tidy-'))
    onTestFinished(() => rmSync(root, { recursive: true, force: true }))
    mkdirSync(join(root, 'src'))
    mkdirSync(join(root, 'scripts'))
    const body = '  call()\n'.repeat(70)
    writeFileSync(join(root, 'src/long-file.ts'), '// line\n'.repeat(301))
    writeFileSync(join(root, 'src/long-function.ts'), `/** Long. */\nexport function long() {\n${body}}\n`)
    writeFileSync(join(root, 'src/bare.ts'), 'export const x = 1\n')
    writeFileSync(join(root, 'src/camelCase.ts'), '/** Any. */\nexport const x: any = 1\n')
    writeFileSync(join(root, 'src/broken.ts'), 'export const = \n')

    const sins = countSins(root)

    expect(sins).toMatchObject({
      'max-lines src/long-file.ts': 301,
      'max-lines-per-function src/long-function.ts': 1,
      'undocumented-export src/bare.ts x': 1,
      'filename-case src/camelCase.ts': 1,
      'no-explicit-any src/camelCase.ts': 1,
    })
    expect(Object.keys(sins)).toContainEqual(expect.stringMatching(/^does not parse .* src\/broken\.ts$/))
  })

  it.each([
    ['a new sin', { a: 1 }, {}, ['a: 1']],
    ['a sin that grew', { a: 3 }, { a: 2 }, ['a: 3, was 2']],
    ['a sin that shrank and is not written down', {}, { a: 2 }, [expect.stringContaining('--update')]],
    ['nothing where the list is true', { a: 2 }, { a: 2 }, []],
  ])('reports %s', (_, found, known, problems) => {
    expect(compareSins(found, known)).toEqual(problems)
  })

  it('accepts overloads under one doc comment, and re-exports', () => {
    const text = [
      '/** Doc. */',
      'export function f(a: string): void',
      'export function f(a: number): void',
      'export function f(a: unknown): void {}',
      "export { g } from './g.ts'",
      'export type A = 1',
    ].join('\n')
    expect(undocumentedExports(text)).toEqual(['A'])
  })
})
