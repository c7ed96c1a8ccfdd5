import { quote } from '../domain/canonical-json.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import type { StoreAccess, StoreAdapter, StoreEnvironment } from '../ports/store-adapter.ts'
import { withoutPassword } from '../ports/store-url.ts'
import { assertDriver, assertPorts } from './assert-ports.ts'
import type { StorePorts } from './assert-ports.ts'
import { createPorts } from './create-ports.ts'
import { messageOf } from './message-of.ts'

/**
 * The ports of the store that a URL names. Does no I/O.
 *
 * Rejects what the adapter rejects, named with URL and adapter, and `INVALID` when what it opens is no store.
 */
export function openAdapter(adapter: StoreAdapter, url: string, environment: StoreEnvironment): StorePorts {
  return named(adapter, url, () => portsOf(adapter.open(url, environment), environment, 'openStore'))
}

/** The files and folders of this machine that belong to the store that a URL names. Does no I/O. */
export function pathsOfAdapter(adapter: StoreAdapter, url: string): readonly string[] {
  return named(adapter, url, () => {
    const paths: unknown = adapter.pathsOf?.(url) ?? []
    const next = 'it must answer an array of texts without NUL characters'
    if (!Array.isArray(paths)) throw new LadingError('INVALID', { detail: `its paths are ${quote(paths)}`, next })
    return Array.from<unknown, string>(paths, (path) => {
      if (typeof path === 'string' && !path.includes('\0')) return path
      throw new LadingError('INVALID', { detail: `one of its paths is ${quote(path)}`, next })
    })
  })
}

/** The ports of what was opened: those of both stores over a driver. Rejects `INVALID` what is no store. */
export function portsOf(access: StoreAccess, environment: StoreEnvironment, operation: string): StorePorts {
  if (typeof access !== 'object' || access === null || access instanceof Promise) {
    const what = access instanceof Promise ? 'a promise' : quote(access)
    throw new LadingError('INVALID', { operation, detail: `what it opens is ${what}`, next: ANSWER })
  }
  const { driver } = access
  if (driver === undefined) return assertPorts(access, operation)
  const other = (['metadata', 'blobs', 'transport'] as const).find((port) => access[port] !== undefined)
  if (other === undefined) return createPorts(assertDriver(driver, operation), environment)
  throw new LadingError('INVALID', { operation, detail: `it opens a driver, and \`${other}\` too`, next: ANSWER })
}

const ANSWER = 'it must answer a driver, two stores or a transport, at once'

function named<T>(adapter: StoreAdapter, url: string, call: () => T): T {
  const context = { operation: 'openStore', key: withoutPassword(url), adapter: adapter.name }
  try {
    return call()
  } catch (cause) {
    if (isLadingError(cause)) throw cause.with(context)
    throw new LadingError('INVALID', {
      ...context,
      detail: messageOf(cause),
      next: 'see the cause: the adapter did not open',
      cause,
    })
  }
}
