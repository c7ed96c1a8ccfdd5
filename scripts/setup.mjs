// Makes a checkout ready to run: installs when node_modules is not what package-lock.json asks for, builds when dist
// is older than src. `prestart` and `pretest` call it, so `npm start` and `npm test` work right after `git clone`.
// It runs on whatever Node the host has, before anything is installed: plain JavaScript, no dependencies.
// It says nothing when there is nothing to do, and nothing on stdout ever: `npm start -- ls --json` may be piped.
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { delimiter, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, isBuilt } from './build.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LOCK = `${ROOT}.setup.lock`
/** An install takes half a minute; another process that waits longer than this for it has met a broken one. */
const LOCK_WAIT_MS = 10 * 60_000

process.chdir(ROOT)
if (!isInstalled() || !isBuilt()) {
  const ready = await withLock(() => (isInstalled() || install()) && (isBuilt() || build()))
  if (!ready) process.exitCode = 1
}

/** Compares what npm wrote down after its last install with the committed lock file: milliseconds, and no clock. */
function isInstalled() {
  if (!existsSync('node_modules/.bin/node')) return false
  const installed = packagesOf('node_modules/.package-lock.json')
  return Object.entries(packagesOf('package-lock.json')).every(([path, wanted]) => {
    const found = installed[path]
    // The binaries of other platforms stay away; one that is there must have the right version all the same.
    return found === undefined ? path === '' || wanted.optional === true : found.version === wanted.version
  })
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {}
}

function install() {
  note('installing the packages of package-lock.json (about half a minute)')
  // npm runs on the host's Node: `npm ci` deletes node_modules, and with it the Node that may be running this file.
  const ours = `node_modules${sep}.bin`
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith(ours))
  const { status } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    env: { ...process.env, PATH: path.join(delimiter) },
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) note('npm ci failed; its message is above')
  return status === 0
}

/** Two commands started at once must not install over each other. The lock of a dead process is taken over. */
async function withLock(work) {
  const deadline = Date.now() + LOCK_WAIT_MS
  while (!takeLock()) {
    if (Date.now() > deadline) {
      note('another set-up does not end; if none is running, delete .setup.lock')
      return false
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  try {
    return work()
  } finally {
    rmSync(LOCK, { force: true })
  }
}

function takeLock() {
  try {
    const file = openSync(LOCK, 'wx')
    writeSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isAlive(lockOwner())) rmSync(LOCK, { force: true })
    return false
  }
}

function lockOwner() {
  try {
    return Number(readFileSync(LOCK, 'utf8'))
  } catch {
    return Number.NaN
  }
}

function isAlive(pid) {
  // Just removed, or just created and its owner has not written yet: look again.
  if (!(pid > 0)) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function note(text) {
  process.stderr.write(`lading: ${text}\n`)
}
