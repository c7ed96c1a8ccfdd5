import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { repeatCommand } from '../../src/contract/repeat.ts'
import type { RunnerTest } from '../../src/contract/repeat.ts'

const skip = (): void => {}
const ID = 'object.create.etag'

describe('the command that repeats a case', () => {
  it('is that of vitest, for the file and the subject that failed', () => {
    const test: RunnerTest = { skip, task: { file: { name: 'test/fs.test.ts' } } }

    expect(repeatCommand(ID, 'fs, BlobStore', test)).toBe(
      'npx vitest run test/fs.test.ts -t "fs, BlobStore.*object.create.etag$"',
    )
  })

  it('is that of node:test, with the file as seen from here', () => {
    const test: RunnerTest = { skip, filePath: join(process.cwd(), 'test', 'fs.test.js') }

    expect(repeatCommand(ID, 'fs', test)).toBe(
      'node --test --test-name-pattern="fs.*object.create.etag$" test/fs.test.js',
    )
  })

  it('names no file where the runner does not say which it is', () => {
    expect(repeatCommand(ID, 'fs', { skip })).toBe('npx vitest run -t "fs.*object.create.etag$"')
  })

  it.each([
    ['a subject', 'a "$HOME" (`x`)', 'test/x.ts', 'test/x.ts -t "a ..HOME. ..x..'],
    ['a file', 'fs', "it's $1.ts", String.raw`'it'\''s $1.ts' -t "fs`],
  ])('gives the shell nothing to expand in the name of %s', (_, subject, file, expected) => {
    expect(repeatCommand(ID, subject, { skip, task: { file: { name: file } } })).toBe(
      `npx vitest run ${expected}.*object.create.etag$"`,
    )
  })
})
