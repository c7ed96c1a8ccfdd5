// Builds src into dist with plain tsc. Run by itself it always builds; setup.mjs asks `isBuilt` first.
// Plain JavaScript, because it may run on a host Node that does not strip types.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** What dist was built from. Not packed: see `files` in package.json. */
const STAMP = 'dist/.fingerprint'

/** Whether dist was built from src as it is now. */
export function isBuilt() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()
}

/**
 * Builds beside dist and swaps, so that a file removed from src leaves dist, and no process sees half a build.
 * Answers whether it worked.
 */
export function build() {
  process.stderr.write('lading: building dist\n')
  const stamp = fingerprint()
  const fresh = `dist.${process.pid}`
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--outDir', fresh], {
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    process.stderr.write('lading: the build failed; the errors are above\n')
    return false
  }
  if (existsSync(`${fresh}/cli/main.js`)) chmodSync(`${fresh}/cli/main.js`, 0o755)
  writeFileSync(`${fresh}/.fingerprint`, stamp)
  const old = `${fresh}.old`
  if (existsSync('dist')) renameSync('dist', old)
  renameSync(fresh, 'dist')
  rmSync(old, { recursive: true, force: true })
  return true
}

/** Names, sizes and times of all inputs: cheap enough to ask before every start. */
function fingerprint() {
  const sources = readdirSync('src', { recursive: true }).map((name) => join('src', name))
  const inputs = [...sources, 'tsconfig.json', 'tsconfig.base.json', 'package-lock.json'].sort()
  const facts = inputs.map((file) => [file, statSync(file, { throwIfNoEntry: false })])
  const text = facts.map(([file, stat]) => (stat?.isFile() ? `${file} ${stat.size} ${stat.mtimeMs}` : '')).join('\n')
  return createHash('sha256').update(text).digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(ROOT)
  if (!build()) process.exitCode = 1
}
