import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { ifPresent } from '../file-errors.ts'

/** All files together. */
const BYTES_MAX = 256 * 1024 * 1024
const FILES_MAX = 4_096

/** What is not renamed by then was left behind by a process that was killed. */
const TEMPORARY_MS_MAX = 60 * 60 * 1_000

/** A file that is read is used: how precisely its last use is told. */
const USE_MS = 24 * 60 * 60 * 1_000

/** Opening a FIFO that somebody put in a file's place must not wait for a writer: that could not even be aborted. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** The file names, and nothing else in the folder is touched. */
const OURS = /^[0-9a-f]{64}\.stats(\.[0-9a-f]+)?$/

interface Kept {
  readonly name: string
  readonly sizeBytes: number
  readonly usedMs: number
}

/** A folder of files that may be lost. Whatever fails rejects as the system says it. */
export class CacheFolder {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** The bytes of a file; null when there is none, or none of this user's. */
  async read(name: string): Promise<Buffer | null> {
    const path = join(this.#path, name)
    const handle = await ifPresent(path, open(path, READ_ONLY))
    if (handle === null) return null
    try {
      const stats = await handle.stat()
      if (!stats.isFile() || !isOwn(stats.uid) || stats.size > BYTES_MAX) return null
      const now = Date.now()
      if (now - stats.mtimeMs > USE_MS) await touch(handle, now)
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  }

  /** Puts a file in place, whole, and drops what is too much then. A file that is too large alone is not kept. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > BYTES_MAX) return
    const path = join(this.#path, name)
    await mkdir(this.#path, { recursive: true, mode: 0o700 })
    const before = await ifPresent(path, stat(path))
    const temporary = `${path}.${randomBytes(8).toString('hex')}`
    try {
      await writeFile(temporary, bytes, { flag: 'wx', mode: 0o600 })
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    if (before === null || before.size < bytes.length) await this.#prune(name)
  }

  /** `newest` stays. */
  async #prune(newest: string): Promise<void> {
    const files = await this.#list()
    let [bytes, count] = [0, 0]
    for (const { name, sizeBytes, usedMs } of files.toSorted((a, b) => b.usedMs - a.usedMs)) {
      const isTemporary = !name.endsWith('.stats')
      if (isTemporary && Date.now() - usedMs < TEMPORARY_MS_MAX) continue
      bytes += sizeBytes
      count += 1
      if (name === newest || (!isTemporary && bytes <= BYTES_MAX && count <= FILES_MAX)) continue
      await rm(join(this.#path, name), { force: true })
    }
  }

  async #list(): Promise<readonly Kept[]> {
    const found: Kept[] = []
    for (const name of await readdir(this.#path)) {
      if (!OURS.test(name)) continue
      const path = join(this.#path, name)
      const stats = await ifPresent(path, stat(path))
      if (stats?.isFile()) found.push({ name, sizeBytes: stats.size, usedMs: stats.mtimeMs })
    }
    return found
  }
}

/** On Windows files have no owner of this kind; there the folder is below the user's own. */
function isOwn(uid: number): boolean {
  return process.geteuid === undefined || process.geteuid() === uid
}

/** In a folder that may only be read, uses are not told. */
async function touch(handle: FileHandle, nowMs: number): Promise<void> {
  await handle.utimes(nowMs / 1_000, nowMs / 1_000).catch(() => undefined)
}
