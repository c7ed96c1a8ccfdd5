import { expect, it } from 'vitest'
import { linkedApp } from './support/app.ts'
import { describeDocumentation } from './support/claims.ts'
import { readPage, snippetsOf } from './support/markdown.ts'
import { programsOf } from './support/program.ts'

describeDocumentation('as it is built here', 'quick', linkedApp)

it('README.md begins with ten lines that fit on a screen', () => {
  expect(snippetsOf(readPage('README.md'), 'ts')[0]!.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
})

it('a page is one program, but for the blocks that stand alone and those that are files', () => {
  const page = [
    "```ts\nimport { Run } from 'lading'\na\n```\n",
    '```ts alone\nb\n```\n',
    '```ts\n// c.ts\nc\n```\n',
    "```ts\nimport { Artifact } from 'lading'\nd\n```\n",
  ]

  expect(programsOf(page.join('text\n'))).toEqual(["import { Run, Artifact } from 'lading'\n\na\n\nd\n", 'b\n'])
})
