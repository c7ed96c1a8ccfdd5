import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packInto } from '../../scripts/pack.ts'
import { ROOT, run } from '../../scripts/run.ts'
import type { Finished } from '../../scripts/run.ts'
import { filesOf, readPage } from '../readme/support/markdown.ts'

// The author of an adapter, who has lading from npm alone: test/outside is copied beside an installed tarball.
const home = mkdtempSync(join(tmpdir(), 'lading-outside-'))
const [honest, broken] = [join(home, 'honest'), join(home, 'broken')]
let caseCount = 0
let skipCount = 0

beforeAll(() => {
  succeed('node', ['scripts/setup.mjs'])
  const { finished, tarball } = packInto(home)
  expect(finished.ok, finished.output).toBe(true)
  install(tarball)
  for (const folder of [honest, broken]) cpSync(`${ROOT}test/outside`, folder, { recursive: true })
  cpSync(join(broken, 'broken.js'), join(broken, 'adapter.js'))
  caseCount = Number(succeed('node', ['write-skips.js'], honest).stdout)
  cpSync(join(honest, 'skips.json'), join(broken, 'skips.json'))
  const skips = JSON.parse(readFileSync(join(honest, 'skips.json'), 'utf8')) as Record<string, string>
  skipCount = Object.keys(skips).length
  // What a folder cannot do, and nothing else.
  expect([...new Set(Object.values(skips))].sort()).toEqual([
    'batch',
    'bulk',
    'bulk, places',
    'bulk, sources',
    'bulk, staging',
    'compareAndSwap',
    'copy',
    'corrupt',
    'corrupt, places',
    'places',
    'staging',
  ])
}, 300_000)

afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('the suite, installed from the tarball', () => {
  it('passes with the vitest of the project', () => {
    const { passed, failed, skipped } = countsOfVitest(run('npx', ['vitest', 'run', ...TAP], honest))

    expect({ passed, failed, skipped }).toEqual({ passed: caseCount - skipCount, failed: 0, skipped: skipCount })
    expect(passed).toBeGreaterThan(100)
  })

  it('passes with node:test', () => {
    const files = ['driver.node-test.js', 'stores.node-test.js']
    const { passed, failed, skipped } = countsOfNodeTest(
      run('node', ['--test', '--test-reporter=tap', ...files], honest),
    )

    expect({ passed, failed, skipped }).toEqual({ passed: caseCount - skipCount, failed: 0, skipped: skipCount })
    expect(passed).toBeGreaterThan(100)
  })

  it('leaves nothing in the folder for temporary files', () => {
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('lading-outside-case-'))).toEqual([])
  })
})

describe('a broken copy of the adapter', () => {
  it.each([
    ['vitest', 'npx', ['vitest', 'run', 'driver.test.js'], /repeat: +(LADING_CONTRACT_SEED=\d+ npx vitest .+)/],
    ['node:test', 'node', ['--test', 'driver.node-test.js'], /repeat: +(LADING_CONTRACT_SEED=\d+ node --test .+)/],
  ])('fails under %s by the name of the obligation, and the command in the message repeats it', (...given) => {
    const [, command, args, repeat] = given

    const suite = run(command, args, broken)

    const report = reportOf(suite)
    expect({ ok: suite.ok, ...report }).toMatchObject({ ok: false, ...BROKEN_PROMISE })
    const literally = repeat.exec(report.text)![1]!
    expect(literally).toContain(`LADING_CONTRACT_SEED=${report.seed} `)

    const again = run('sh', ['-c', literally], broken)

    expect({ ok: again.ok, ...reportOf(again) }).toEqual({ ok: false, ...report })
    expect(casesThatRan(again)).toEqual([CASE])
  })
})

describe('the declarations, for a strict project', () => {
  it.each([
    ['nodenext', ['--module', 'nodenext']],
    ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ])('fit with module resolution %s, and so do the files of docs/write-an-adapter.md', (resolution, options) => {
    const project = join(home, `types-${resolution}`)
    cpSync(honest, project, { recursive: true })
    for (const [name, text] of filesOf(readPage('docs/write-an-adapter.md'))) writeFileSync(join(project, name), text)

    expect(run('tsc', [...options, '--project', '.'], project).output).toBe('')
  })
})

const CASE = 'object.create.keeps-the-first'
const BROKEN_PROMISE = {
  obligation: 'Creates an object; `exists` when there is one, which is then left as it is.',
  expected: "[ 'exists', 'exists', 'exists', 'exists' ]",
  seen: expect.stringMatching(/^\[\s+\{ etag: '/),
  seed: expect.stringMatching(/^\d+$/),
}
const TAP = ['--reporter=tap-flat']

function install(tarball: string): void {
  const { devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const others = ['vitest', '@types/node'].map((name) => `${name}@${devDependencies[name]}`)
  writeFileSync(join(home, 'package.json'), '{ "name": "outside", "private": true, "type": "module" }\n')
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  succeed('npm', ['install', tarball, ...others, ...flags], home)
}

function succeed(command: string, args: readonly string[], cwd?: string): Finished {
  const finished = run(command, args, cwd)
  expect(finished.ok, finished.output).toBe(true)
  return finished
}

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

function countsOfVitest({ stdout, output }: Finished): Counts {
  const lines = stdout.match(/^(not )?ok \d.*$/gm)
  expect(lines, output).not.toBeNull()
  const failed = lines!.filter((line) => line.startsWith('not ')).length
  const skipped = lines!.filter((line) => line.includes('# SKIP')).length
  return { passed: lines!.length - failed - skipped, failed, skipped }
}

function countsOfNodeTest({ stdout, output }: Finished): Counts {
  const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1])
  expect(count('fail'), output).toBe(0)
  return { passed: count('pass'), failed: count('fail'), skipped: count('skipped') }
}

/** What a failed run says of the case, without what is different each time. */
function reportOf({ output }: Finished) {
  const lines = stripVTControlCharacters(output).split('\n')
  const start = lines.findIndex((line) => line.includes(`ContractFailure: ${CASE}`))
  expect(start, output).toBeGreaterThan(-1)
  const length = lines.slice(start).findIndex((line) => /^ +repeat: /.test(line))
  const text = lines
    .slice(start, start + length + 1)
    .join('\n')
    .replaceAll(/[0-9a-f-]{36}/g, '<etag>')
  const [, obligation, expected, seen, seed] =
    /obligation: (.+)\n +expected: +([^]+)\n +seen: +([^]+)\n +seed: +(\d+)\n/.exec(text) ?? []
  return { obligation, expected, seen, seed, text: text.slice(text.indexOf(CASE)) }
}

/** The cases that were neither skipped nor left out, in the words of either runner. */
function casesThatRan({ output }: Finished): string[] {
  const names = [...stripVTControlCharacters(output).matchAll(/^ *[✓✔×✖✗] +((?:object|metadata|blob)\.[\w.-]+)/gm)].map(
    ([, name]) => name!,
  )
  return [...new Set(names)]
}
