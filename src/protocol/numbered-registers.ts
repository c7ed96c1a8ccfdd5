import { LadingError } from '../domain/errors.ts'
import type { CallOptions } from '../ports/call.ts'
import type { ListEntry, ObjectStore } from '../ports/object-store.ts'
import { BoundedMap } from './bounded-map.ts'
import { paddedNumber } from './keys.ts'
import type { RegisterState, Registers } from './register.ts'

/** Bodies a folder holds. */
const FOLDER_SIZE = 1_024

const EMPTY = new Uint8Array()

/** What the names of bodies and of their folders end with. */
const NUMBER = /\/\d{10}$/

/** Registers whose newest rev is remembered. */
const REMEMBERED_MAX = 1_000

/**
 * Registers from nothing but put-if-absent and list: a body is `<key>/<rev div 1024>/<rev>`, the newest name wins.
 *
 * - Superseded bodies are emptied, their names stay for ever: a writer that stopped between read and write must find
 *   its number taken, however late it goes on.
 * - Nor is there ever a hole between two names. So a rev that was the newest still is if the next one is not there,
 *   which two gets tell whatever the number of names. Only where they tell otherwise, names are listed.
 */
export function createNumberedRegisters(objects: ObjectStore): Registers {
  const newest = new BoundedMap<string, number>(REMEMBERED_MAX)
  return {
    async read(key, options) {
      const rev = newest.get(key)
      const known = rev === undefined ? null : await readIfNewest(objects, { key, rev }, options)
      const found = known ?? (await readNewest(objects, key, options))
      if (found) newest.set(key, Number(found.proof))
      else newest.delete(key)
      return found
    },
    async swap(key, bytes, proof, options) {
      const rev = proof === null ? 0 : Number(proof) + 1
      const superseded = rev === 0 ? null : bodyKey(key, rev - 1)
      // The folder of the new body is synced with it; that of the body below is another at a folder's first rev.
      if (superseded !== null && rev % FOLDER_SIZE === 0) await objects.sync([superseded], options)
      if ((await objects.putIfAbsent(bodyKey(key, rev), bytes, options)) === 'exists') {
        newest.delete(key)
        return 'lost'
      }
      if (superseded !== null) await emptyBody(objects, superseded)
      newest.set(key, rev)
      return { proof: String(rev) }
    },
    sync: (key, state, options) => objects.sync([bodyKey(key, Number(state.proof))], options),
  }
}

function bodyKey(key: string, rev: number): string {
  return `${key}/${paddedNumber(Math.floor(rev / FOLDER_SIZE))}/${paddedNumber(rev)}`
}

/** Null where another body is the newest one by now, or none is there any more. */
async function readIfNewest(
  objects: ObjectStore,
  { key, rev }: { readonly key: string; readonly rev: number },
  options: CallOptions,
): Promise<RegisterState | null> {
  const [found, next] = await Promise.all([
    objects.get(bodyKey(key, rev), options),
    objects.get(bodyKey(key, rev + 1), options),
  ])
  return found && found.bytes.length > 0 && next === null ? { bytes: found.bytes, proof: String(rev) } : null
}

async function readNewest(objects: ObjectStore, key: string, options: CallOptions): Promise<RegisterState | null> {
  let superseded = ''
  for (;;) {
    const newest = await newestBody(objects, key, options)
    if (newest === null) return null
    const found = await objects.get(newest, options)
    if (found && found.bytes.length > 0) return { bytes: found.bytes, proof: String(Number(lastSegment(newest))) }
    // A body is emptied only after its successor was made: the next list shows one that is newer.
    if (newest === superseded) throw noBody(newest)
    superseded = newest
  }
}

function noBody(key: string): LadingError {
  return new LadingError('CORRUPT', {
    key,
    detail: 'the newest body of the register is empty',
    next: 'restore its folder from a backup; a copy of a store in use must copy it again',
  })
}

async function newestBody(objects: ObjectStore, key: string, options: CallOptions): Promise<string | null> {
  const folders = (await listChildren(objects, `${key}/`, options)).reverse()
  for (const folder of folders) {
    const bodies = await listChildren(objects, folder.key, options)
    // A folder is empty only just after it was made: then the newest body is in the one before.
    if (bodies.length > 0) return bodies.at(-1)!.key
  }
  return null
}

async function listChildren(objects: ObjectStore, prefix: string, options: CallOptions): Promise<ListEntry[]> {
  const entries: ListEntry[] = []
  let cursor: string | undefined
  do {
    const page = await objects.list(prefix, {
      ...options,
      depth: 'children',
      details: false,
      cursor,
      limit: FOLDER_SIZE,
    })
    // Editors and backups leave files of their own beside ours.
    entries.push(...page.entries.filter(({ key, kind }) => NUMBER.test(kind === 'folder' ? key.slice(0, -1) : key)))
    cursor = page.cursor
  } while (cursor !== undefined)
  return entries
}

/** Emptying saves space and nothing else: whether it happens does not change what anyone reads. */
async function emptyBody(objects: ObjectStore, key: string): Promise<void> {
  await objects.put(key, EMPTY, {}).catch(() => undefined)
}

function lastSegment(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
