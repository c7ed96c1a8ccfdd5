import { randomBytes } from 'node:crypto'
import * as nodeFileSystem from 'node:fs'
import { lstat, mkdir, readdir, readFile, rm, rmdir, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { CallOptions } from '../../ports/call.ts'
import type { Clock } from '../../ports/environment.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { Finding } from '../../ports/store-adapter.ts'
import { probeNaming } from './disk-naming.ts'
import { errnoOf } from './file-errors.ts'
import { probeDisk } from './probe-disk.ts'

/** Bytes of free space below which a store is about to fail. */
const SPACE_MIN = 1024 ** 3

/** Left-over temporary files that are older belong to nobody any more, in milliseconds. */
const LEFTOVER_AGE_MS = 86_400_000

/** Temporary files that are looked at, at the most. */
const LEFTOVERS_MAX = 10_000

/**
 * Looks whether a folder can be relied on as a store: what the protocol needs of its disk is tried in a folder of its own
 * below `staging/`, which is removed again. While the store was not made yet, the nearest folder above is tried.
 */
export async function* diagnoseFolder(
  { root, holds = 'store' }: { readonly root: string; readonly holds?: 'store' | 'blobs' },
  { clock, signal }: { readonly clock: Clock } & CallOptions,
): AsyncIterable<Finding> {
  const folder = resolve(root)
  const isMade = (await kindOf(folder)) === 'folder'
  yield await lookAtFolder(folder, holds)
  const base = isMade ? folder : await nearestFolder(folder)
  if (!isMade && (await kindOf(folder)) !== null) return
  throwIfAborted({ signal })
  yield* inProbeFolder(base, isMade, async function* (probe) {
    yield* probeDisk(probe, clock)
    throwIfAborted({ signal })
    yield await lookAtNames(probe)
  })
  yield await lookAtSpace(base)
  if (isMade) yield await lookAtLeftovers(folder, clock)
}

async function lookAtFolder(folder: string, holds: 'store' | 'blobs'): Promise<Finding> {
  const check = `${holds === 'store' ? 'store' : 'blob'} folder`
  const kind = await kindOf(folder)
  if (kind === null) return { check, verdict: 'good', detail: `${folder} is not there yet: the first log makes it` }
  if (kind === 'other') {
    return {
      check,
      verdict: 'broken',
      detail: `${folder} is no folder`,
      next: 'give another path, or move the file away',
    }
  }
  if (holds === 'blobs') return { check, verdict: 'good', detail: `the bytes of files, in ${folder}` }
  const mark = await readMark(folder)
  if (mark !== null) return { check, verdict: 'good', detail: `format ${mark}, in ${folder}` }
  const names = await readdir(folder)
  if (names.length === 0) return { check, verdict: 'good', detail: `${folder} is empty: the first log makes the store` }
  const next = 'check the path; a store is best kept in a folder of its own'
  return { check, verdict: 'warning', detail: `${folder} holds other files, and no store yet`, next }
}

/** The format that a store says it has; null where there is no store. What is damaged there, opening the store tells. */
async function readMark(folder: string): Promise<number | null> {
  try {
    const { format } = JSON.parse(await readFile(join(folder, 'lading.json'), 'utf8')) as { format?: unknown }
    return typeof format === 'number' ? format : null
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === 'ENOENT') return null
    throw error
  }
}

async function kindOf(path: string): Promise<'folder' | 'other' | null> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other'
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    if (errnoOf(error) === 'ENOTDIR') return 'other'
    throw error
  }
}

async function nearestFolder(path: string): Promise<string> {
  const isFolder = (await kindOf(path)) === 'folder'
  return isFolder || path === dirname(path) ? path : nearestFolder(dirname(path))
}

/** Makes a folder to try things in, and removes it whatever happens. */
async function* inProbeFolder(
  base: string,
  isMade: boolean,
  tries: (probe: string) => AsyncIterable<Finding>,
): AsyncIterable<Finding> {
  const parent = isMade ? join(base, 'staging') : base
  const probe = join(parent, `.lading-doctor-${randomBytes(8).toString('hex')}`)
  const isParentMade = (await kindOf(parent)) !== null
  try {
    await mkdir(probe, { recursive: true })
  } catch (error) {
    yield unwritable(parent, error)
    return
  }
  try {
    yield { check: 'writing', verdict: 'good', detail: 'files can be made, read and removed' }
    yield* tries(probe)
  } finally {
    await rm(probe, { recursive: true, force: true })
    // Somebody else's temporary file may lie in it by now.
    if (!isParentMade) await rmdir(parent).catch(() => undefined)
  }
}

function unwritable(folder: string, error: unknown): Finding {
  const why = error instanceof Error ? error.message : String(error)
  const isDenied = ['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')
  return {
    check: 'writing',
    verdict: isDenied ? 'warning' : 'broken',
    detail: `nothing can be written in ${folder}: versions can be read, and none logged (${why})`,
    next: 'check owner and mode of the folder, and whether its disk is read-only or full',
  }
}

async function lookAtNames(probe: string): Promise<Finding> {
  const { caseSensitive, normalises } = await probeNaming(nodeFileSystem, probe)
  const check = 'names'
  if (caseSensitive && !normalises) {
    return {
      check,
      verdict: 'good',
      detail: 'the disk tells names apart by upper and lower case and by how é is written',
    }
  }
  const same = [...(caseSensitive ? [] : ['in upper and lower case']), ...(normalises ? ['in how é is written'] : [])]
  return {
    check,
    verdict: 'warning',
    detail: `names that differ only ${same.join(' and ')} are one on this disk; lading refuses the second`,
    next: 'choose names that differ in more',
  }
}

async function lookAtSpace(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const detail = `${(free / 1e9).toFixed(1)} GB are free`
  if (free >= SPACE_MIN) return { check: 'free space', verdict: 'good', detail }
  return { check: 'free space', verdict: 'warning', detail, next: 'free some space on this disk' }
}

async function lookAtLeftovers(folder: string, clock: Clock): Promise<Finding> {
  const staging = join(folder, 'staging')
  const names = (await kindOf(staging)) === 'folder' ? (await readdir(staging)).slice(0, LEFTOVERS_MAX) : []
  const nowMs = Date.parse(clock.now())
  let [count, sizeBytes, oldestMs, young] = [0, 0, 0, 0]
  for (const name of names) {
    const found = await lstat(join(staging, name)).catch(() => null)
    const ageMs = found === null ? 0 : nowMs - found.mtimeMs
    if (found !== null && ageMs < LEFTOVER_AGE_MS) young += 1
    if (found === null || ageMs < LEFTOVER_AGE_MS) continue
    ;[count, sizeBytes, oldestMs] = [count + 1, sizeBytes + found.size, Math.max(oldestMs, ageMs)]
  }
  if (count === 0) return { check: 'left-over files', verdict: 'good', detail: noneLeft(young) }
  const days = Math.floor(oldestMs / LEFTOVER_AGE_MS)
  return {
    check: 'left-over files',
    verdict: 'warning',
    detail: `${count} in staging/, ${(sizeBytes / 1e9).toFixed(1)} GB, the oldest ${days} days old: interrupted work left them`,
    next: `delete what is older than a day in ${staging}: nothing relies on it`,
  }
}

/** Young ones may be of work that is under way. */
function noneLeft(young: number): string {
  if (young === 0) return 'no interrupted work has left files behind'
  return `none older than a day in staging/; ${young} younger, of work that is under way or was interrupted`
}
