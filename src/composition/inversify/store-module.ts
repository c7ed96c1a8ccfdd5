import assert from 'node:assert/strict'
import { ContainerModule } from 'inversify'
import type { ContainerModuleLoadOptions, ServiceIdentifier } from 'inversify'
import { assertOptions } from '../../application/client/assert-arguments.ts'
import { quote } from '../../domain/canonical-json.ts'
import { LadingError } from '../../domain/errors.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock, Ids } from '../../ports/environment.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import type { StoreAccess, StoreEnvironment } from '../../ports/store-adapter.ts'
import type { Transport } from '../../ports/transport.ts'
import { portsOf } from '../adapter-access.ts'
import type { StorePorts } from '../assert-ports.ts'
import { STORE_OPTIONS } from '../create-store.ts'
import type { StoreOptions } from '../create-store.ts'
import { closeWithOwner } from './ownership.ts'
import { assertCore, bindLading } from './lading-module.ts'
import type { ModuleOptions } from './lading-module.ts'
import { boundFor, optional } from './named.ts'
import type { StoreName } from './named.ts'
import { PATHS, TOKENS } from './tokens.ts'

/** Opens a store with what it takes from its machine. Must do no I/O. */
export type StoreOpener = (environment: StoreEnvironment) => StoreAccess

/** Which store of a container a module is about, and what of it is used. */
export interface StoreModuleOptions extends ModuleOptions {
  /**
   * `stores`: metadata and blobs, the default. `metadata` or `blobs`: that alone, for a store whose other half comes from
   * another module of the same name; its `project` and the like then go with `ladingModule`. `transport`: a way to a
   * service.
   */
  readonly use?: 'stores' | 'metadata' | 'blobs' | 'transport' | undefined
}

/** The names of `StoreModuleOptions`. */
export const MODULE_OPTIONS = ['name', 'use', ...STORE_OPTIONS] as const

type Port = MetadataStore | BlobStore | Transport

interface Use {
  readonly name: StoreName
  readonly use: keyof typeof USES
}

/** What is known of a store besides. */
interface Facts {
  /** Its files and folders on this machine: a folder that is logged leaves them out. */
  readonly paths: readonly string[]
}

const PORTS = { metadata: TOKENS.MetadataStore, blobs: TOKENS.BlobStore, transport: TOKENS.Transport } as const

const USES = {
  stores: ['metadata', 'blobs'],
  metadata: ['metadata'],
  blobs: ['blobs'],
  transport: ['transport'],
} as const

/**
 * A store of your own in a container: `storeModule(() => ({ driver: createMyObjectStore() }))`. It is opened when it is
 * first resolved and closed when the container forgets it.
 */
export function storeModule(open: StoreOpener, options: StoreModuleOptions = {}): ContainerModule {
  if (typeof open !== 'function') throw invalid(`\`open\` is ${quote(open)}`, 'give a function: () => ({ driver })')
  return moduleOf(open, assertOptions(options, MODULE_OPTIONS), { paths: [] })
}

/** A module whose options were checked. @internal */
export function moduleOf(open: StoreOpener, options: StoreModuleOptions, { paths }: Facts): ContainerModule {
  const { name, use = 'stores' } = options
  const store = storeOptionsOf(options)
  if (!Object.hasOwn(USES, use)) throw invalid(`\`use\` is ${quote(use)}`, `say ${Object.keys(USES).join(', ')}`)
  const misplaced = STORE_OPTIONS.find((key) => store[key] !== undefined)
  if (misplaced !== undefined && (use === 'metadata' || use === 'blobs')) {
    throw invalid(`\`${misplaced}\` is given to one half of a store`, 'give it to `ladingModule`')
  }
  return new ContainerModule((container) => {
    if (paths.length > 0) boundFor(name, container.bind(PATHS).toConstantValue(paths))
    bindPorts(container, open, { name, use })
    if (use === 'stores' || use === 'transport') bindLading(container, name, store)
  })
}

/** Without what the adapter takes. */
function storeOptionsOf(options: StoreOptions): StoreOptions {
  return Object.fromEntries(STORE_OPTIONS.map((key) => [key, options[key]]))
}

function bindPorts({ bind }: ContainerModuleLoadOptions, open: StoreOpener, { name, use }: Use): void {
  const opened: ServiceIdentifier<StorePorts> = Symbol('lading/StorePorts')
  const access = bind(opened).toResolvedValue(
    (clock?: Clock, ids?: Ids) => openStores(open, assertCore(clock, ids), use),
    [optional(undefined, TOKENS.Clock), optional(undefined, TOKENS.Ids)],
  )
  access.inSingletonScope()
  for (const part of USES[use]) {
    const port = bind<Port>(PORTS[part]).toResolvedValue((ports: StorePorts) => portIn(ports, part), [opened])
    boundFor(name, port.inSingletonScope()).onDeactivation(closeWithOwner)
  }
}

/** It must be what `use` says: what was bound cannot be bound otherwise any more. */
function openStores(open: StoreOpener, environment: StoreEnvironment, use: keyof typeof USES): StorePorts {
  const ports = portsOf(open(environment), environment, 'lading/inversify')
  if ((ports.transport !== undefined) === (use === 'transport')) return ports
  const what = ports.transport ? 'a transport' : 'metadata and blobs'
  const next = ports.transport ? "say use: 'transport'" : "leave `use: 'transport'` out"
  throw invalid(`it opens ${what}`, next)
}

function portIn(ports: StorePorts, part: keyof typeof PORTS): Port {
  const port = ports[part]
  assert(port !== undefined)
  return port
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { operation: 'lading/inversify', detail, next })
}
