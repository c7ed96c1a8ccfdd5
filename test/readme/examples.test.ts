import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, run } from '../../scripts/run.ts'
import { createApp } from './support/app.ts'
import type { App } from './support/app.ts'
import { readPage, snippetsOf } from './support/markdown.ts'
import { joinProgram, promisesOf } from './support/program.ts'

const README = readPage('README.md')

let app: App

beforeAll(() => {
  app = createApp()
  app.write('program.ts', joinProgram(snippetsOf(README, 'ts')))
}, 60_000)

afterAll(() => app?.remove())

describe('the examples of README.md', () => {
  it('print what their comments promise, every line of it', () => {
    const { ok, stdout, output } = run('node', ['program.ts'], app.folder)

    expect({ ok, output }).toEqual({ ok: true, output })
    expect(stdout.trimEnd().split('\n')).toEqual(promisesOf(joinProgram(snippetsOf(README, 'ts'))))
  })

  it('begin with ten lines that fit on a screen', () => {
    expect(snippetsOf(README, 'ts')[0]!.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
  })

  it('work at a terminal, one after the other', () => {
    const commands = snippetsOf(README, 'sh')
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.startsWith('lading '))
    expect(commands.length).toBeGreaterThan(0)

    for (const command of commands) {
      const args = command
        .replace(/ # .*$/, '')
        .split(/\s+/)
        .slice(1)
      const place = ['--store', './terminal', '--project', 'demo']
      const { ok, output } = run('node', [`${ROOT}dist/cli/main.js`, ...args, ...place], app.folder)
      expect({ command, ok, output }).toEqual({ command, ok: true, output })
    }
  })
})
