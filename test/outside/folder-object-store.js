// @ts-check
// A driver by somebody who has lading from npm alone: every object is one file of a folder, its name the SHA-256 of the
// key, its first line `<etag> <key>`. Honest and slow: a listing reads every first line.
import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LadingError, deniedBatch, deniedBulk, throwIfAborted } from 'lading/ports'

/** @type {import('lading/ports').ObjectStoreCapabilities} */
const CAPABILITIES = Object.freeze({
  adapter: 'folder',
  register: 'numbered', // a file system has no compare and swap
  batch: false,
  staging: false,
  copy: false,
  bulk: false,
  packBelowBytes: 0,
  objectBytesMax: 2 ** 30,
  concurrency: 8,
})

const CHUNK_BYTES = 2 ** 20

/**
 * Objects in a folder, which is made at the first write.
 *
 * @param {string} folder
 * @returns {import('lading/ports').ObjectStore}
 */
export function createFolderObjectStore(folder) {
  const pathOf = (/** @type {string} */ key) => join(folder, createHash('sha256').update(key).digest('hex'))

  return {
    capabilities: CAPABILITIES,

    async get(key) {
      const found = await load(pathOf(key))
      return found && { bytes: found.bytes, etag: found.etag }
    },
    async read(key, { range, signal }) {
      const found = await load(pathOf(key))
      return found && chunksOf(cut(found.bytes, range), { signal })
    },
    async stat(key) {
      const found = await load(pathOf(key))
      return found && { sizeBytes: found.bytes.length, etag: found.etag, pristine: true }
    },
    async putIfAbsent(key, body, options) {
      const etag = await writeThrough(folder, { key, body, options }, async (temporary) => {
        throwIfAborted(options)
        await link(temporary, pathOf(key)) // never replaces: of two links one fails
      }).catch((error) => {
        if (isCode(error, 'EEXIST')) return null
        throw error
      })
      await syncFolder(folder)
      return etag === null ? 'exists' : { etag }
    },
    async put(key, body, options) {
      await writeThrough(folder, { key, body, options }, (temporary) => rename(temporary, pathOf(key)))
    },
    compareAndSwap: denied,
    async list(prefix, { depth, cursor = '', limit, signal }) {
      const entries = new Map()
      for (const file of await filesOf(folder)) {
        throwIfAborted({ signal })
        const found = await load(join(folder, file))
        if (!found?.key.startsWith(prefix)) continue
        const { key, etag, bytes } = found
        const slash = depth === 'children' ? key.indexOf('/', prefix.length) : -1
        const top = key.slice(0, slash + 1)
        if (slash === -1) entries.set(key, { kind: 'object', key, sizeBytes: bytes.length, etag })
        else entries.set(top, { kind: 'folder', key: top })
      }
      const after = [...entries.values()].filter(({ key }) => key > cursor).sort((a, b) => (a.key < b.key ? -1 : 1))
      const page = after.slice(0, limit)
      return after.length > limit ? { entries: page, cursor: page.at(-1).key } : { entries: page }
    },
    async delete(keys) {
      for (const key of keys) await rm(pathOf(key), { force: true })
    },
    async sync() {
      await syncFolder(folder)
    },
    stage: denied,
    copy: denied,
    batch: deniedBatch(),
    bulk: deniedBulk(),
    async close() {},
  }
}

/** @param {string} path */
async function load(path) {
  const file = await readFile(path).catch((error) => {
    if (isCode(error, 'ENOENT')) return null
    throw error
  })
  if (file === null) return null
  const line = file.indexOf('\n')
  const [etag = '', key = ''] = file.toString('utf8', 0, line).split(' ')
  return { key, etag, bytes: new Uint8Array(file.subarray(line + 1)) }
}

/**
 * Writes a whole object beside the others, and hands it over to `place`.
 *
 * @param {string} folder
 * @param {{ key: string, body: Uint8Array | import('lading/ports').ByteSource, options: import('lading/ports').CallOptions }} object
 * @param {(temporary: string) => Promise<void>} place
 */
async function writeThrough(folder, { key, body, options }, place) {
  await mkdir(join(folder, 'temporary'), { recursive: true })
  const etag = randomUUID()
  const temporary = join(folder, 'temporary', etag)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(`${etag} ${key}\n`)
      const chunks = body instanceof Uint8Array ? [body] : body.read(options)
      for await (const chunk of chunks) await file.writeFile(chunk)
      await file.sync()
    } finally {
      await file.close()
    }
    await place(temporary)
    return etag
  } finally {
    await rm(temporary, { force: true })
  }
}

/** @param {string} folder */
async function filesOf(folder) {
  const names = await readdir(folder).catch((error) => {
    if (isCode(error, 'ENOENT')) return []
    throw error
  })
  return names.filter((name) => name !== 'temporary')
}

/** @param {string} folder */
async function syncFolder(folder) {
  const handle = await open(folder).catch((error) => {
    if (isCode(error, 'ENOENT')) return null
    throw error
  })
  await handle?.sync().finally(() => handle.close())
}

/**
 * @param {Uint8Array} bytes
 * @param {import('lading/ports').ByteRange | undefined} range
 */
function cut(bytes, range) {
  if (range === undefined) return bytes
  if ('last' in range) return bytes.subarray(Math.max(0, bytes.length - range.last))
  return bytes.subarray(range.from, 'to' in range ? range.to : undefined)
}

/**
 * @param {Uint8Array} bytes
 * @param {import('lading/ports').CallOptions} options
 */
async function* chunksOf(bytes, options) {
  for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES) {
    throwIfAborted(options)
    yield bytes.subarray(offset, offset + CHUNK_BYTES)
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}

/** @returns {Promise<never>} */
async function denied() {
  throw new LadingError('UNSUPPORTED', { detail: 'a folder cannot do this', next: 'see the capabilities' })
}
