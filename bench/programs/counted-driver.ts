import type { ObjectStore } from '../../src/ports/object-store.ts'

/** A driver whose calls are counted. `sync` and `close` are no requests. */
export interface CountedDriver {
  readonly driver: ObjectStore
  requests(): number
}

/** Counts the calls of a driver, those of the objects that it holds included. */
export function countDriver(inner: ObjectStore): CountedDriver {
  let requests = 0
  const onCall = (name: string): void => {
    if (name !== 'sync' && name !== 'close') requests++
  }
  return { driver: countCalls(inner, onCall), requests: () => requests }
}

/** Capabilities are frozen, and hold no functions: they are answered as they are. */
function countCalls<T extends object>(inner: T, onCall: (name: string) => void): T {
  // The proxy's own target is empty: a frozen one would forbid to answer anything but its own functions.
  return new Proxy({} as T, {
    has: (_target, name) => Reflect.has(inner, name),
    get(_target, name) {
      const value: unknown = Reflect.get(inner, name, inner)
      if (typeof value === 'function') {
        return (...args: unknown[]): unknown => {
          onCall(String(name))
          return value.apply(inner, args)
        }
      }
      const isGroup = typeof value === 'object' && value !== null && !Object.isFrozen(value)
      return isGroup ? countCalls(value, onCall) : value
    },
  })
}
