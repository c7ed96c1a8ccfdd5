// Renews package-lock.json: `node scripts/lock.mjs`, after a change of the dependencies in package.json.
//
// A registry mirror may lack the optional binaries of other platforms (@oxlint/binding-darwin-arm64 …). npm then leaves
// them out of the lock file, and `npm ci` refuses that very file: https://github.com/npm/cli/issues/9846. So the entries
// are added by hand, with the version that their owner pins; the platform is in their names.
// Host Node and npm suffice. It works in a folder of its own: npm repeats what it finds in node_modules.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const work = mkdtempSync(join(tmpdir(), 'lading-lock-'))
try {
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    if (existsSync(file)) copyFileSync(file, join(work, file))
  }
  const npm = spawnSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--loglevel=error'], {
    cwd: work,
    stdio: 'inherit',
  })
  if (npm.status === 0)
    writeFileSync('package-lock.json', complete(readFileSync(join(work, 'package-lock.json'), 'utf8')))
  process.exitCode = npm.status ?? 1
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** The lock file with an entry for every optional binary that one of its packages names. */
function complete(text) {
  const lock = JSON.parse(text)
  for (const owner of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`
      if (lock.packages[path]?.version === undefined) {
        lock.packages[path] = { version, ...platformOf(name), dev: owner.dev, optional: true }
      }
    }
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`
}

/** `@oxlint/binding-linux-arm64-musl` → os linux, cpu arm64, libc musl. */
function platformOf(name) {
  const [, os, cpu, abi] =
    /-(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name) ?? []
  if (os === undefined)
    throw new Error(`no platform in the name of the optional package ${name}: add its entry by hand`)
  const libc = os !== 'linux' ? undefined : abi?.startsWith('musl') ? ['musl'] : ['glibc']
  return { os: [os], cpu: [cpu], libc }
}
