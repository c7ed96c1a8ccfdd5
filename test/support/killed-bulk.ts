import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'
import type { BulkLine, BulkTask } from './bulk-writer.ts'
import { spawnScript } from './child-process.ts'
import { expectWholeBlobs } from './killed-writers.ts'

/** What is killed when. */
export interface BulkRush {
  /** Files of each process; every other one is another's as well. Each tells of progress four times, two in the download. */
  readonly files: number
  /** Of each process that kills itself: at which telling of progress. */
  readonly kills: readonly number[]
}

/** What a process left behind. */
interface Left {
  readonly task: BulkTask
  readonly acknowledged: readonly BulkLine[]
}

/**
 * Processes log folders of small files into one store at once, and download them. All but one kill themselves.
 */
export async function rushInBulk(folder: string, { files, kills }: BulkRush): Promise<readonly Left[]> {
  const [store, cache] = [join(folder, 'store'), join(folder, 'cache')]
  const writers = [...kills, Number.MAX_SAFE_INTEGER].map(async (killedAt, index): Promise<Left> => {
    const source = plantFiles(join(folder, `source-${index}`), { files, owner: index })
    const artifact = `of-${index}`
    const task: BulkTask = { store, cache, artifact, folder: source, root: join(folder, `root-${index}`), killedAt }
    const { code, signal, lines, errors } = await spawnScript('bulk-writer', task).ended
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`${artifact} failed: ${errors}`)
    expect(signal, artifact).toBe(index < kills.length ? 'SIGKILL' : null)
    return { task, acknowledged: lines.map((line) => JSON.parse(line) as BulkLine) }
  })
  return Promise.all(writers)
}

/** Of one file, in bytes: it is copied for a while, and synced for longer. */
const LARGE_BYTES = 48 * 1024 * 1024

/**
 * A process logs a folder with a large file, or downloads it again, and is killed as soon as a part of that is seen.
 */
export async function killInTheMidst(folder: string, during: 'logging' | 'downloading'): Promise<Left> {
  const [store, cache, root] = [join(folder, 'store'), join(folder, 'cache'), join(folder, 'root-0')]
  const source = plantFiles(join(folder, 'source-0'), { files: 20, owner: 0 })
  writeFileSync(join(source, 'large'), Buffer.alloc(LARGE_BYTES, 'large'))
  const task: BulkTask = { store, cache, artifact: 'of-0', folder: source, root, killedAt: Number.MAX_SAFE_INTEGER }
  if (during === 'downloading') {
    await using lading = await openStore(store, { project: 'demo', cache })
    await lading.save(new Artifact(task.artifact).addDir(source))
  }
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const left = await killWhenSeen(task, during === 'logging' ? join(store, 'staging') : root)
    if (left) return left
    for (const path of during === 'logging' ? [store, cache, root] : [root]) rmSync(path, { recursive: true })
  }
  throw new Error(`${during} was too fast to be seen, ${ATTEMPTS_MAX} times`)
}

/** A machine that is busy may look away for as long as it takes. */
const ATTEMPTS_MAX = 5

/** Null if the process had ended before. */
async function killWhenSeen(task: BulkTask, watched: string): Promise<Left | null> {
  const { ended, kill } = spawnScript('bulk-writer', task)
  let hasEnded = false
  void ended.then(() => (hasEnded = true))
  while (!hasEnded && !hasPart(watched)) await setImmediate()
  kill()
  const { signal, code, lines, errors } = await ended
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`${task.artifact} failed: ${errors}`)
  return signal === 'SIGKILL' ? { task, acknowledged: lines.map((line) => JSON.parse(line) as BulkLine) } : null
}

/** Whether a file lies there that is on its way, and has some bytes. */
function hasPart(folder: string): boolean {
  if (!existsSync(folder)) return false
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.some((name) => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false })
    return found !== undefined && found.isFile() && name !== 'large' && found.size > 1024 * 1024
  })
}

/** Everything that must hold once the processes are gone, seen by one that has just started. */
export async function expectWholeInBulk(folder: string, left: readonly Left[]): Promise<void> {
  const [store, cache] = [join(folder, 'store'), join(folder, 'cache')]
  await expectWholeBlobs(join(store, 'p', 'demo', 'blobs'))
  await using lading = await openStore(store, { project: 'demo', cache })
  for (const { task, acknowledged } of left) {
    expectWholeFiles(task)
    await expectGoesOn(lading, task, acknowledged)
  }
}

/** A file that was downloaded is whole; what is not lies under the name of a temporary file. */
function expectWholeFiles({ folder, root }: BulkTask): void {
  mkdirSync(root, { recursive: true })
  for (const name of readdirSync(root).filter((found) => !/^\.lading-[0-9a-f]{16}\.part$/.test(found))) {
    expect(readFileSync(join(root, name)).equals(readFileSync(join(folder, name))), name).toBe(true)
  }
}

/** What the killed process left in store, cache and folder misleads nobody who does the same again. */
async function expectGoesOn(lading: Lading, task: BulkTask, acknowledged: readonly BulkLine[]): Promise<void> {
  const again = await lading.save(new Artifact(task.artifact).addDir(task.folder))
  const read = await lading.save(new Artifact(task.artifact).addDir(task.folder), { rehash: true })
  const version = await lading.getArtifact(`${task.artifact}:v0`)
  await version.download({ root: task.root })

  expect([again.n, read.n, read.digest], basename(task.folder)).toEqual([0, 0, again.digest])
  for (const line of acknowledged) expect(line).toEqual({ n: 0, digest: again.digest })
  expect(await version.verify()).toMatchObject({ ok: true, differences: [] })
  expect(await version.verify(task.root)).toMatchObject({ ok: true })
}

function plantFiles(folder: string, { files, owner }: { readonly files: number; readonly owner: number }): string {
  mkdirSync(folder)
  for (let index = 0; index < files; index++) {
    const content = index % 2 === 0 ? `everybody's ${index}` : `of ${owner}: ${index}`
    writeFileSync(join(folder, `f${index}`), content.repeat(200))
  }
  return folder
}
