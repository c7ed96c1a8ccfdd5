import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../../scripts/run.ts'
import { blobStoreCases, metadataStoreCases, objectStoreCases } from '../../../src/contract/index.ts'
import type { App, Resolution } from './app.ts'
import { filesOf, PAGES, readPage } from './markdown.ts'
import { commandsOf, programsOf, promisesOf } from './program.ts'

/** The pages with programs. docs/api/ and docs/cli.md show declarations and shapes, which tests of their own look at. */
const WRITTEN = PAGES.filter((page) => /^(README|docs\/(?!cli\.)[\w-]+)\.md$/.test(page))

const PROGRAMS = WRITTEN.flatMap((page) =>
  programsOf(readPage(page)).map((text, index) => ({ page, index, text, file: `${fileStem(page)}-${index}.ts` })),
)

const ADAPTER_FILES = filesOf(readPage('docs/write-an-adapter.md'))

/**
 * Declares that all snippets do what their pages say, in the app of somebody who has lading in one way or another. The
 * contract suites of both stores take their time: they belong to the full tier.
 */
export function describeDocumentation(how: string, tier: 'quick' | 'full', open: () => App): void {
  describe(`documentation, with lading ${how}`, () => {
    let app: App

    beforeAll(() => {
      app = open()
      for (const { file, text } of PROGRAMS) app.write(file, text)
      for (const [name, text] of ADAPTER_FILES) app.write(name, text)
      // Until write-skips.ts of that page writes it.
      app.write('skips.json', '{}\n')
    }, 300_000)

    afterAll(() => app?.remove())

    describePrograms(() => app)
    describeAdapterPage(() => app)
    if (tier === 'full') describeStoresOfAdapterPage(() => app)
  })
}

function describePrograms(app: () => App): void {
  it.each(PROGRAMS)('$page, program $index, prints what its comments promise, every line of it', ({ file, text }) => {
    const place = app().place(file.replace('.ts', ''))
    const { ok, stdout, output } = run('node', [join('..', file)], place)

    expect({ ok, output }).toEqual({ ok: true, output })
    expect(stdout.split('\n').filter(Boolean)).toEqual(promisesOf(text))
  })

  it.each<Resolution>(['nodenext', 'bundler'])('passes a strict type check with module resolution %s', (resolution) => {
    const files = [...PROGRAMS.map(({ file }) => file), ...ADAPTER_FILES.keys()]

    expect(app().typeErrors(files, resolution)).toBe('')
  })

  it('shows commands in README.md that work at a terminal, one after the other', () => {
    const place = app().place('terminal')
    const commands = commandsOf(readPage('README.md'))
    expect(commands.length).toBeGreaterThan(0)

    for (const command of commands) {
      const args = [...command.split(/\s+/).slice(1), '--store', './store', '--project', 'demo']
      const { ok, output } = run('node', [join(app().folder, 'node_modules/lading/dist/cli/main.js'), ...args], place)
      expect({ command, ok, output }).toEqual({ command, ok: true, output })
    }
  })
}

function describeAdapterPage(app: () => App): void {
  it('has a script in docs/write-an-adapter.md that writes the list of skips', () => {
    expect(run('node', ['write-skips.ts'], app().folder).output).toBe('')
  })

  it('has a driver there that keeps versions', () => {
    const { stdout } = run('node', ['use.ts'], app().folder)

    expect(stdout.trimEnd().split('\n')).toEqual(promisesOf(ADAPTER_FILES.get('use.ts')!).slice(1))
  })

  it('has a driver that passes the contract suite with node:test', () => {
    const { ok, output } = run('node', ['--test', 'map.node-test.ts'], app().folder)

    expect({ ok, output }).toEqual({ ok: true, output })
    expect(output).toMatch(/pass \d{2,}/)
  })
}

function describeStoresOfAdapterPage(app: () => App): void {
  it('has a driver that passes the contract suites with vitest', () => {
    const { ok, output } = run('vitest', ['run', '--root', app().folder, '--reporter', 'tap-flat'], app().folder)

    expect({ ok, output }).toEqual({ ok: true, output })
    const all = [...objectStoreCases, ...metadataStoreCases, ...blobStoreCases]
    const quick = all.filter(({ tier }) => tier === 'quick')
    const underFaults = quick.filter(({ id }) => id.startsWith('metadata.linearizable.'))
    // And one that looks whether there were faults.
    expect(output.match(/^ok /gm)).toHaveLength(quick.length + underFaults.length + 1)
  })
}

function fileStem(page: string): string {
  return page.replace('docs/', '').replace('.md', '').toLowerCase()
}
