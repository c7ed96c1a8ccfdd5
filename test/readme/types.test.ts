import { expect, it, onTestFinished } from 'vitest'
import { createApp } from './support/app.ts'
import { filesOf, readPage, snippetsOf } from './support/markdown.ts'
import { joinProgram } from './support/program.ts'

it('every TypeScript example of README.md and docs/ passes a strict type check', () => {
  const app = createApp()
  onTestFinished(() => app.remove())
  const files = new Map([
    ['readme.ts', joinProgram(snippetsOf(readPage('README.md'), 'ts'))],
    ['errors.ts', joinProgram(snippetsOf(readPage('docs/errors.md'), 'ts'))],
    ...filesOf(readPage('docs/write-an-adapter.md')),
  ])
  for (const [name, text] of files) app.write(name, text)
  // What write-skips.ts of that page writes.
  app.write('skips.json', '{}\n')

  expect(app.typeErrors([...files.keys()])).toBe('')
}, 60_000)
