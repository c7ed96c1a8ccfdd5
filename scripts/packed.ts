// Looks at the package as a user gets it: packs it, has publint and attw judge the tarball, installs it into an empty
// folder without the optional peers, and imports every subpath there, each in a process of its own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packInto } from './pack.ts'
import { type Finished, ROOT, run } from './run.ts'

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** Subpath → the optional peer that it is about. No other subpath needs one. */
const NEEDS: Readonly<Record<string, string>> = { 'lading/inversify': 'inversify' }

const NPM_FLAGS = ['--no-audit', '--no-fund', '--loglevel=error']

/** What npm itself always adds, and what `files` allows. */
const ALLOWED =
  /^((docs|docs\/api|ADR)\/[\w-]+\.(md|svg)|dist\/.+\.(js|d\.ts|html|css|svg)|package\.json|README\.md|LICENSE)$/

const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as Manifest
const temp = mkdtempSync(join(tmpdir(), 'lading-packed-'))
try {
  checkPackage()
} finally {
  rmSync(temp, { recursive: true, force: true })
}

function checkPackage(): void {
  const { finished, tarball, files } = packInto(temp)
  if (!report('npm pack', finished)) return

  const extra = files.filter((path) => !ALLOWED.test(path))
  report('only what belongs in it', { ok: extra.length === 0, output: `not to be packed: ${extra.join(', ')}\n` })
  report('publint', run('publint', ['run', tarball, '--strict']))
  report('attw', run('attw', [tarball, '--profile', 'esm-only', '--no-color', '--no-emoji']))
  checkInstalled(tarball)
}

function checkInstalled(tarball: string): void {
  const app = join(temp, 'app')
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n')
  const install = ['install', tarball, '--omit=peer', '--omit=optional', ...NPM_FLAGS]
  if (!report('installs without optional peers', run('npm', install, app))) return

  const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json')
  const names = subpaths.map((subpath) => subpath.replace('.', 'lading'))
  const free = names.filter((name) => !(name in NEEDS))
  for (const name of free) report(`import '${name}'`, importIn(app, name))
  report('lading --help', run(join(app, 'node_modules/.bin/lading'), ['--help'], app))
  report('types without optional peers', checkTypes(app, free))
  checkPeers(app, names)
}

/** The subpaths that are for users of an optional peer: without it they say that it is missing, with it they work. */
function checkPeers(app: string, names: readonly string[]): void {
  for (const [name, peer] of Object.entries(NEEDS)) {
    const { ok, output } = importIn(app, name)
    report(`import '${name}' names the missing ${peer}`, { ok: !ok && output.includes(`'${peer}'`), output })
  }
  const peers = [...new Set(Object.values(NEEDS))].map((peer) => `${peer}@${manifest.devDependencies[peer]}`)
  if (!report(`installs ${peers.join(', ')}`, run('npm', ['install', ...peers, ...NPM_FLAGS], app))) return
  for (const name of Object.keys(NEEDS)) report(`import '${name}' with it`, importIn(app, name))
  report('types with it', checkTypes(app, names))
}

function importIn(app: string, name: string): Finished {
  const script = `const all = await import('${name}'); if (Object.keys(all).length === 0) throw new Error('exports nothing')`
  return run('node', ['--input-type=module', '--eval', script], app)
}

/** The declarations are checked too (no --skipLibCheck): they may name a package that the user does not have. */
function checkTypes(app: string, names: readonly string[]): Finished {
  writeFileSync(join(app, 'user.ts'), names.map((name, n) => `export * as _${n} from '${name}'\n`).join(''))
  const types = ['--types', 'node', '--typeRoots', `${ROOT}node_modules/@types`]
  const strict = ['--strict', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,esnext.disposable']
  return run('tsc', ['--noEmit', ...strict, ...types, 'user.ts'], app)
}

function report(what: string, { ok, output }: Pick<Finished, 'ok' | 'output'>): boolean {
  process.stdout.write(`${ok ? '✓' : '✗'} ${what}\n`)
  if (!ok) {
    process.stdout.write(output)
    process.exitCode = 1
  }
  return ok
}
