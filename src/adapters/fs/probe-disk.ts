import { link, open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Clock } from '../../ports/environment.ts'
import type { Finding } from '../../ports/store-adapter.ts'
import { errnoOf } from './file-errors.ts'

/** Rivals for one name. */
const RIVALS = 8

/** Seconds that the clock of a disk may differ from ours: some disks keep whole seconds, FAT two of them. */
const CLOCK_SECONDS_MAX = 5

/** Tries in a folder, which the caller removes, whether its disk does what the commit protocol builds on. */
export async function* probeDisk(probe: string, clock: Clock): AsyncIterable<Finding> {
  yield await lookAtSync(probe)
  yield await lookAtLinks(probe)
  yield await lookAtRename(probe)
  yield await lookAtClock(probe, clock)
}

async function lookAtSync(probe: string): Promise<Finding> {
  const check = 'syncing'
  const startMs = performance.now()
  try {
    await using file = await open(join(probe, 'synced'), 'wx')
    await file.write('synced')
    await file.sync()
    const ms = performance.now() - startMs
    // Windows syncs no folders.
    if (process.platform !== 'win32') {
      await using folder = await open(probe, 'r')
      await folder.sync()
    }
    return { check, verdict: 'good', detail: `what is answered is on the disk; one file took ${ms.toFixed(1)} ms` }
  } catch (error) {
    return {
      check,
      verdict: 'warning',
      detail: `the disk cannot sync (${reason(error)}): a power loss may take what was logged just before`,
      next: 'put the store on a local disk',
    }
  }
}

/** A version is committed by a link to a name that must be free: of several writers one may win, and no more. */
async function lookAtLinks(probe: string): Promise<Finding> {
  const check = 'one winner'
  try {
    const rivals = Array.from({ length: RIVALS }, (_, index) => join(probe, `rival-${index}`))
    await Promise.all(rivals.map((path) => writeFile(path, path, { flag: 'wx' })))
    const name = join(probe, 'name')
    const outcomes = await Promise.allSettled(rivals.map((path) => link(path, name)))
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    const odd = failures.find((error) => errnoOf(error) !== 'EEXIST')
    if (odd !== undefined) return withoutLinks(reason(odd))
    const isRight = failures.length === RIVALS - 1 && (await readFile(name, 'utf8')) === rivals[winner]
    if (isRight) return { check, verdict: 'good', detail: `of ${RIVALS} writers of one name, one has won` }
    const detail = `of ${RIVALS} writers of one name, ${RIVALS - failures.length} were told that they had won`
    return { check, verdict: 'broken', detail, next: 'versions could be lost here: put the store on another disk' }
  } catch (error) {
    return withoutLinks(reason(error))
  }
}

function withoutLinks(why: string): Finding {
  return {
    check: 'one winner',
    verdict: 'broken',
    detail: `the disk makes no hard links (${why}), with which versions are committed`,
    next: 'put the store on a disk that has them: FAT, exFAT and some network disks do not',
  }
}

async function lookAtRename(probe: string): Promise<Finding> {
  const check = 'replacing'
  try {
    const [from, to] = [join(probe, 'new'), join(probe, 'old')]
    await Promise.all([writeFile(from, 'new'), writeFile(to, 'old')])
    await rename(from, to)
    if ((await readFile(to, 'utf8')) === 'new')
      return { check, verdict: 'good', detail: 'a file is replaced in one step' }
    return { check, verdict: 'broken', detail: 'a renamed file is not found', next: 'put the store on another disk' }
  } catch (error) {
    return {
      check,
      verdict: 'broken',
      detail: `renaming fails (${reason(error)})`,
      next: 'put the store on another disk',
    }
  }
}

async function lookAtClock(probe: string, clock: Clock): Promise<Finding> {
  const path = join(probe, 'clock')
  await writeFile(path, '')
  const seconds = Math.abs((await stat(path)).mtimeMs - Date.parse(clock.now())) / 1000
  const detail = `the disk's clock and this machine's are ${seconds.toFixed(1)} s apart`
  if (seconds <= CLOCK_SECONDS_MAX) return { check: 'clock', verdict: 'good', detail }
  return { check: 'clock', verdict: 'warning', detail, next: 'set the clocks of both machines by a time server' }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
