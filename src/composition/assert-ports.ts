import { quote } from '../domain/canonical-json.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import { nearest, withMeant } from '../domain/nearest.ts'
import type { Clock, Ids } from '../ports/environment.ts'
import type { Files } from '../ports/files.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { StoreAccess } from '../ports/store-adapter.ts'
import { BLOB_STORE, CLOCK, DRIVER, FILES, IDS, METADATA_STORE, missingFrom, TRANSPORT } from './port-shapes.ts'
import type { AnyShape } from './port-shapes.ts'

/** The ports of a store, brought by the user. Metadata and blobs may live in different places. */
export type StorePorts = Exclude<StoreAccess, { readonly driver: ObjectStore }>

/** Replacements for what a store takes from its machine. */
export interface Environment {
  readonly clock?: Clock
  readonly ids?: Ids
  readonly files?: Files
}

/** What a wrong object is, and what to do with it. */
const KINDS: readonly { readonly shape: AnyShape; readonly what: string; readonly next: string }[] = [
  { shape: DRIVER, what: 'an ObjectStore driver', next: 'turn it into ports: `createPorts(driver)`' },
  { shape: METADATA_STORE, what: 'a MetadataStore', next: 'give it as `metadata`, with `blobs` beside it' },
  { shape: BLOB_STORE, what: 'a BlobStore', next: 'give it as `blobs`, with `metadata` beside it' },
  { shape: TRANSPORT, what: 'a Transport', next: 'give it alone, as `transport`' },
]

const PORTS = ['metadata', 'blobs', 'transport'] as const

/** Returns the ports of a store; `INVALID`, naming what is wrong, for anything else. */
export function assertPorts(ports: StorePorts, operation: string): StorePorts {
  return during(operation, () => {
    const given = presentIn(ports)
    if (given.has('transport')) {
      const other = PORTS.find((name) => name !== 'transport' && given.has(name))
      if (other !== undefined) throw invalid(`\`transport\` is given, and \`${other}\` too`, 'give one store, not two')
      assertShape('transport', given.get('transport'), TRANSPORT)
      return ports
    }
    if (!given.has('metadata') || !given.has('blobs')) throw incomplete(ports, given)
    assertShape('metadata', given.get('metadata'), METADATA_STORE)
    assertShape('blobs', given.get('blobs'), BLOB_STORE)
    return ports
  })
}

/** Returns a driver; `INVALID`, naming what it lacks, for anything else. */
export function assertDriver(driver: ObjectStore, operation: string): ObjectStore {
  return during(operation, () => {
    if (presentIn(driver).size > 0) {
      throw invalid('the driver is an object with the ports of a store', 'give it to `createStore` as it is')
    }
    assertShape('driver', driver, DRIVER)
    return driver
  })
}

/** Returns what a store takes from its machine; `INVALID`, naming what is missing in one of them, for anything else. */
export function assertEnvironment<E extends Environment>(environment: E): E {
  const { clock, ids, files } = environment
  if (clock !== undefined) assertShape('clock', clock, CLOCK)
  if (ids !== undefined) assertShape('ids', ids, IDS)
  if (files !== undefined) assertShape('files', files, FILES)
  return environment
}

/** Undefined is as good as absent. */
function presentIn(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(
    PORTS.map((name) => [name, (value as Record<string, unknown>)[name]] as const).filter(
      ([, port]) => port !== undefined,
    ),
  )
}

function incomplete(ports: unknown, given: ReadonlyMap<string, unknown>): LadingError {
  const next = 'give `metadata` and `blobs`, or a `transport`'
  const kind = kindOf(ports)
  if (kind) return invalid(`the ports are ${kind.what}`, kind.next)
  if (typeof ports === 'string' || ports instanceof URL) {
    return invalid(`the ports are ${quote(ports)}`, 'open a store by its URL with `openStore`')
  }
  if (typeof ports !== 'object' || ports === null) return invalid(`the ports are ${quote(ports)}`, next)
  const missing = PORTS.slice(0, 2).filter((name) => !given.has(name))
  const unknown = Object.keys(ports).find((name) => !PORTS.some((known) => known === name))
  const meant = unknown === undefined ? null : nearest(unknown, missing)
  if (meant !== null) return invalid(`\`${unknown}\` is no port`, withMeant(`\`${meant}\``, next))
  if (unknown === 'driver') return invalid('`driver` is no port', KINDS[0]!.next)
  const detail = given.size === 0 ? 'there are no ports' : `\`${missing.join('` and `')}\` is missing`
  return invalid(detail, next)
}

function assertShape(name: string, value: unknown, shape: AnyShape): void {
  const missing = missingFrom(value, shape)
  if (missing.length === 0) return
  const kind = kindOf(value)
  if (kind) {
    const next = kind.shape === DRIVER ? `give \`createPorts(driver).${name}\`` : kind.next
    throw invalid(`\`${name}\` is ${kind.what}`, next)
  }
  if (typeof value !== 'object' || value === null || missing.length === Object.keys(shape).length) {
    throw invalid(`\`${name}\` is ${quote(value)}`, `give an object with ${Object.keys(shape).join(', ')}`)
  }
  throw invalid(`\`${name}\` lacks ${missing.join(', ')}`, 'see the port in `lading/ports`')
}

function kindOf(value: unknown): (typeof KINDS)[number] | undefined {
  return KINDS.find(({ shape }) => missingFrom(value, shape).length === 0)
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { detail, next })
}

function during<T>(operation: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw isLadingError(error) ? error.with({ operation }) : error
  }
}
