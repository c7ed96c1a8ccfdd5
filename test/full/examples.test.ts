import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packInto } from '../../scripts/pack.ts'
import { ROOT, run } from '../../scripts/run.ts'
import { NPM_FLAGS } from '../readme/support/app.ts'
import { EXAMPLES, packageOf, shownBy } from '../readme/support/examples.ts'
import { runInGroup } from '../support/process-group.ts'

// Each example is copied beside an installed tarball, so that it sees what a user sees and nothing of this checkout.
const home = mkdtempSync(join(tmpdir(), 'lading-examples-'))
const node24 = `${ROOT}node_modules/.bin`

/** The oldest Node that package.json names, and the examples that need no newer one. */
const OLDEST = '22.13.0'
const ON_OLDEST = ['metadata-here-blobs-there', 'inversify-service']

let tarball = ''

beforeAll(() => {
  const built = run('node', ['scripts/setup.mjs'])
  if (!built.ok) throw new Error(`the package cannot be built:\n${built.output}`)
  const packed = packInto(home)
  if (!packed.finished.ok) throw new Error(`the package cannot be packed:\n${packed.finished.output}`)
  tarball = packed.tarball
}, 300_000)

afterAll(() => rmSync(home, { recursive: true, force: true }))

describe.each(EXAMPLES)('examples/%s', (name) => {
  const { scripts } = packageOf(name)
  const npmRun = (script: string) => succeed(name, ['npm', 'run', '--silent', script])

  beforeAll(() => install(name), 300_000)

  it.each(['build', 'types'].filter((script) => scripts[script]))('passes its own %s', async (script) => {
    await npmRun(script)
  })

  it('prints what its README shows', async () => {
    expect(await npmRun('start')).toBe(shownBy(name))
  })

  it('starts again on what it left', async () => {
    await npmRun('start')
  })

  it.each(['skips'].filter((script) => scripts[script]))('has a current list of %s', async (script) => {
    const file = `${name}/test/skips.json`
    const committed = readFileSync(join(home, file), 'utf8')

    await npmRun(script)

    // When the suite has new cases: this is what examples/<file> must say.
    expect({ file, text: committed }).toEqual({ file, text: readFileSync(join(home, file), 'utf8') })
  })

  it.each(['test'].filter((script) => scripts[script]))('passes its own %s', async (script) => {
    await npmRun(script)
  })
})

describe(`on Node ${OLDEST}`, () => {
  const bin = join(home, 'node-oldest/node_modules/.bin')
  const cli = 'node_modules/lading/dist/cli'

  beforeAll(async () => {
    mkdirSync(join(home, 'node-oldest'))
    writeFileSync(join(home, 'node-oldest/package.json'), '{ "name": "node-oldest", "private": true }\n')
    await succeed('node-oldest', ['npm', 'install', `node@${OLDEST}`, ...NPM_FLAGS])
    expect(await succeed('node-oldest', ['node', '--version'], bin)).toBe(`v${OLDEST}\n`)
  }, 300_000)

  it('reads every module of the package', async () => {
    const script = `
      import { globSync, readFileSync } from 'node:fs'
      import { SourceTextModule } from 'node:vm'
      const files = globSync('node_modules/lading/dist/**/*.js')
      for (const identifier of files) new SourceTextModule(readFileSync(identifier, 'utf8'), { identifier })
      console.log(files.length)`
    const flags = ['--no-warnings', '--experimental-vm-modules', '--input-type=module']

    const count = await succeed(ON_OLDEST[0]!, ['node', ...flags, '--eval', script], bin)

    expect(Number(count)).toBeGreaterThan(100)
  })

  it('runs the quickstart and the command line', async () => {
    const folder = ON_OLDEST[0]!

    expect(await succeed(folder, ['node', `${cli}/start.js`], bin)).toContain('Done in')
    expect(await succeed(folder, ['node', `${cli}/main.js`, '--version'], bin)).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('loads the plug-in that was built', async () => {
    const script = "await import('lading-adapter-shelf')"

    await succeed('plugin-adapter', ['node', '--input-type=module', '--eval', script], bin)
  })

  it.each(ON_OLDEST)('runs examples/%s and its tests', async (name) => {
    await succeed(name, ['npm', 'run', '--silent', 'start'], bin)
    await succeed(name, ['npm', 'run', '--silent', 'test'], bin)
  })
})

/** A copy in the temporary folder, with what npm installs there: the tarball in the place of the version. */
async function install(name: string): Promise<void> {
  for (const file of filesOf(name)) cpSync(`${ROOT}${file}`, join(home, file.replace('examples/', '')))
  const file = join(home, name, 'package.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"lading": "\d[^"]*"/, `"lading": "file:${tarball}"`))
  await succeed(name, ['npm', 'install', ...NPM_FLAGS])
}

/** Not what somebody left by trying an example where it is. */
function filesOf(name: string): readonly string[] {
  const { ok, stdout, output } = run('git', [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    `examples/${name}`,
  ])
  if (!ok) throw new Error(`git cannot list examples/${name}:\n${output}`)
  return stdout.split('\n').filter(Boolean)
}

/** Runs a command in a folder of the temporary one; answers what it printed. Its failure names the folder and itself. */
async function succeed(folder: string, [command, ...args]: readonly string[], bin = node24): Promise<string> {
  const { ok, stdout, output } = await runInGroup(command!, args, { cwd: join(home, folder), path: [bin] })
  if (!ok) throw new Error(`${folder}: ${[command, ...args].join(' ')}\n${output}`)
  return stdout
}
