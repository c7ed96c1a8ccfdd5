import { LadingError } from '../../domain/errors.ts'
import { deniedBulk } from '../../ports/denied.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import type {
  BatchStore,
  ByteRange,
  ListEntry,
  ListOptions,
  ListPage,
  ObjectStore,
  StagedObject,
  StoredObject,
} from '../../ports/object-store.ts'
import { memoryCapabilities } from './capabilities.ts'
import type { MemoryData, MemoryObject } from './client.ts'
import { resolveConfig } from './config.ts'
import type { MemoryOptions } from './config.ts'

/** Bytes that `read` hands out at once. */
const CHUNK_BYTES = 1024 * 1024

/**
 * A store in memory: the shortest driver, and the model of what the others must do.
 *
 * Bytes are copied in and out. An etag is the generation that wrote the object, never derived from its content.
 */
export function createMemoryObjectStore(options: MemoryOptions = {}): ObjectStore {
  const config = resolveConfig(options)
  const data = config.shared
  if (config.batch) data.keepHistory()

  const create = (key: string, bytes: Uint8Array): { etag: string } | 'exists' =>
    data.object(key) ? 'exists' : { etag: String(data.write([[key, bytes]], `create ${key}`)) }

  return {
    capabilities: memoryCapabilities(config),

    async get(key) {
      return copyOut(data.object(key))
    },

    async read(key, { range, signal }) {
      const found = data.object(key)
      return found && chunksOf(cut(found.bytes, range), signal)
    },

    async stat(key) {
      const found = data.object(key)
      return found && { sizeBytes: found.bytes.length, etag: etagOf(found), pristine: true }
    },

    async putIfAbsent(key, body, options) {
      if (data.object(key)) return 'exists'
      return create(key, body instanceof Uint8Array ? copyOf(body) : await readAll(body, options))
    },

    async put(key, bytes) {
      data.write([[key, copyOf(bytes)]], `put ${key}`)
    },

    async compareAndSwap(key, bytes, ifMatch) {
      const found = data.object(key)
      if (!found || etagOf(found) !== ifMatch) return 'lost'
      return { etag: String(data.write([[key, copyOf(bytes)]], `swap ${key}`)) }
    },

    async list(prefix, options) {
      return listPage(data, data.generation, prefix, options)
    },

    async delete(keys) {
      const present = keys.filter((key) => data.object(key))
      const changes = present.map((key) => [key, null] as const)
      if (changes.length > 0) data.write(changes, `delete ${present.join(' ')}`)
    },

    async sync() {},

    async stage() {
      return stageObject(data, create)
    },

    async copy(from, to) {
      const source = data.object(from)
      if (!source) return null
      return create(to, source.bytes) === 'exists' ? 'exists' : 'created'
    },

    batch: batchOf(data),
    bulk: deniedBulk(),

    async close() {},
  }
}

function stageObject(data: MemoryData, create: (key: string, bytes: Uint8Array) => unknown): StagedObject {
  let chunks: Uint8Array[] = []
  return {
    async write(chunk) {
      chunks.push(copyOf(chunk))
    },
    async publish(key) {
      const bytes = concat(chunks)
      if (create(key, bytes) !== 'exists') return 'created'
      return data.object(key)?.bytes.length === bytes.length ? 'exists' : 'suspect'
    },
    async replace(key) {
      data.write([[key, concat(chunks)]], `replace ${key}`)
    },
    async discard() {
      chunks = []
    },
  }
}

/** Every write to the store is a commit; its id is the generation that it made. */
function batchOf(data: MemoryData): BatchStore {
  return {
    async tip() {
      return String(data.generation)
    },

    async getAt(commit, keys) {
      const at = generationOf(data, commit)
      return keys.map((key) => copyOut(data.object(key, at)))
    },

    async listAt(commit, prefix, options) {
      return listPage(data, generationOf(data, commit), prefix, options)
    },

    async commit(writes, { parent, title }) {
      const taken = writes.some(({ key, precondition }) => precondition === 'ifAbsent' && data.object(key) !== null)
      if (taken || parent !== String(data.generation)) return 'stale'
      const changes = writes.map(({ key, bytes }) => [key, copyOf(bytes)] as const)
      return { commit: String(data.write(changes, title)) }
    },

    async commitsSince(commit) {
      return data.commitsAfter(generationOf(data, commit))
    },
  }
}

function generationOf(data: MemoryData, commit: string): number {
  const generation = Number(commit)
  if (data.remembers(generation) && String(generation) === commit) return generation
  throw new LadingError('NOT_FOUND', { detail: `no commit ${commit}`, next: 'read the tip and start from there' })
}

/** The cursor is the first key that the page did not reach. */
function listPage(data: MemoryData, at: number, prefix: string, options: ListOptions): ListPage {
  const entries: ListEntry[] = []
  let key = data.seek(options.cursor ?? prefix, at)
  while (key?.startsWith(prefix)) {
    if (entries.length === options.limit) return { entries, cursor: key }
    const slash = options.depth === 'children' ? key.indexOf('/', prefix.length) : -1
    if (slash === -1) {
      const found = data.object(key, at)!
      entries.push({ kind: 'object', key, sizeBytes: found.bytes.length, etag: etagOf(found) })
      key = data.seek(`${key}\0`, at)
    } else {
      const folder = key.slice(0, slash)
      entries.push({ kind: 'folder', key: `${folder}/` })
      // "0" is the character after "/": nothing lies between the folder's last key and this one.
      key = data.seek(`${folder}0`, at)
    }
  }
  return { entries }
}

function etagOf({ generation }: MemoryObject): string {
  return String(generation)
}

function copyOut(found: MemoryObject | null): StoredObject | null {
  return found && { bytes: copyOf(found.bytes), etag: etagOf(found) }
}

function cut(bytes: Uint8Array, range: ByteRange | undefined): Uint8Array {
  if (range === undefined) return bytes
  if ('last' in range) return bytes.subarray(Math.max(0, bytes.length - range.last))
  return bytes.subarray(range.from, 'to' in range ? range.to : undefined)
}

async function* chunksOf(bytes: Uint8Array, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES) {
    throwIfAborted(signal)
    yield copyOf(bytes.subarray(offset, offset + CHUNK_BYTES))
  }
}

async function readAll(source: ByteSource, options: CallOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.read(options)) {
    throwIfAborted(options.signal)
    chunks.push(copyOf(chunk))
  }
  throwIfAborted(options.signal)
  return concat(chunks)
}

/** Not `slice`: that of a Buffer is a view. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LadingError('ABORTED', { detail: 'the signal fired', cause: signal.reason })
}
