import { open } from 'node:fs/promises'
import type { Warning } from '../application/client/client-ports.ts'
import type { Lading } from '../application/client/lading.ts'
import { openStore } from '../composition/open-store.ts'
import { formatOrigin } from '../composition/settings.ts'
import type { Settings } from '../composition/settings.ts'
import { schemeOf } from '../composition/store-url.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import type { StoreAdapter } from '../ports/store-adapter.ts'

/** An open store, and the adapters that were loaded for it. */
export interface OpenPlace {
  readonly lading: Lading
  readonly adapters: readonly StoreAdapter[]
}

/**
 * Opens the store of the settings. Packages of adapters are loaded only for a store that is a URL. The error of one that
 * makes no sense says which setting it was, and what was probably meant. What a call leaves out is told by `note`.
 */
export async function openPlace(settings: Settings, note: (text: string) => void): Promise<OpenPlace> {
  const { store, project } = settings
  const onWarning = ({ message, cause }: Warning) => note(`${message} (${cause.detail})`)
  const adapters = await neededAdapters(settings)
  try {
    return { adapters, lading: await openStore(store.value, { project: project.value, adapters, onWarning }) }
  } catch (error) {
    throw isLadingError(error, 'INVALID') ? await explained(error, settings) : error
  }
}

/** The adapters that the store may need, loaded. */
export async function neededAdapters(settings: Settings): Promise<readonly StoreAdapter[]> {
  if (settings.adapters.value.length === 0 || schemeOf(settings.store.value) === null) return []
  const { loadAdapters } = await import('../composition/load-adapters.ts')
  return loadAdapters(settings)
}

async function explained(error: LadingError, { store }: Settings): Promise<LadingError> {
  const { value, origin } = store
  const { code, adapter, detail, cause } = error
  const next = (await isDatabase(value)) ? `it is a SQLite database: did you mean sqlite:${value}?` : error.next
  const isTyped = origin.kind === 'flag' || origin.kind === 'default'
  const key = isTyped ? (error.key ?? value) : `${formatOrigin(origin)}: ${value}`
  return new LadingError(code, { operation: error.operation, key, adapter, detail, next, cause: cause ?? error })
}

const SQLITE_HEADER = 'SQLite format 3\0'

/** Whether a store that was given as a folder is the file of a SQLite database. */
async function isDatabase(path: string): Promise<boolean> {
  if (schemeOf(path) !== null) return false
  try {
    await using file = await open(path, 'r')
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SQLITE_HEADER.length), 0, SQLITE_HEADER.length, 0)
    return buffer.toString('latin1', 0, bytesRead) === SQLITE_HEADER
  } catch {
    // Only a hint hangs on it: the error that is being explained says what is wrong.
    return false
  }
}
