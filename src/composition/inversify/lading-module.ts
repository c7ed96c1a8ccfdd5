import { ContainerModule } from 'inversify'
import type { ContainerModuleLoadOptions, ServiceIdentifier } from 'inversify'
import { createFiles } from '../../adapters/fs/files.ts'
import { assertOptions } from '../../application/client/assert-arguments.ts'
import { LadingError } from '../../domain/errors.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock, Ids } from '../../ports/environment.ts'
import type { Files } from '../../ports/files.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import type { Transport } from '../../ports/transport.ts'
import type { Environment, StorePorts } from '../assert-ports.ts'
import { createStore, STORE_OPTIONS } from '../create-store.ts'
import type { StoreOptions } from '../create-store.ts'
import { all, boundFor, of, optional } from './named.ts'
import type { StoreName } from './named.ts'
import { openedStore, owning } from './ownership.ts'
import { PATHS, TOKENS } from './tokens.ts'

/** Which store of a container a module is about, and how it is used. */
export interface ModuleOptions extends StoreOptions {
  /**
   * The name of the store, where a container has several: `container.get(TOKENS.Lading, { name })`, `@named(name)`.
   * Default: the one that is resolved without a name.
   */
  readonly name?: StoreName
}

/**
 * `Lading` over ports that are bound elsewhere: metadata by one module and blobs by another, or objects of your own. The
 * modules that bring a whole store have it in them.
 */
export function ladingModule(options: ModuleOptions = {}): ContainerModule {
  const { name, ...store } = assertOptions(options, ['name', ...STORE_OPTIONS])
  return new ContainerModule((container) => bindLading(container, name, store))
}

/** Binds a store over the ports of its name, and what it takes beside them. */
export function bindLading(container: ContainerModuleLoadOptions, name: StoreName, options: StoreOptions): void {
  const { bind } = container
  if (Object.values(options).some((value) => value !== undefined)) {
    boundFor(name, bind(TOKENS.StoreOptions).toConstantValue(options))
  }
  const lading = bind(TOKENS.Lading).toResolvedValue(
    (ports: StorePorts, environment: Environment, options?: StoreOptions) => {
      return owning(createStore(ports, { ...environment, ...options }), ports)
    },
    [bindPorts(container, name), bindEnvironment(container, name), optional(name, TOKENS.StoreOptions)],
  )
  boundFor(name, lading.inSingletonScope()).onDeactivation((store) => store.close())
  boundFor(
    name,
    bind(TOKENS.OpenedLading)
      .toResolvedValue(openedStore, [of(name, TOKENS.Lading)])
      .inTransientScope(),
  )
}

/** Answers the token of the ports that are bound for a store. */
function bindPorts({ bind }: ContainerModuleLoadOptions, name: StoreName): ServiceIdentifier<StorePorts> {
  const token: ServiceIdentifier<StorePorts> = Symbol('lading/StorePorts')
  bind(token).toResolvedValue(
    (metadata?: MetadataStore, blobs?: BlobStore, transport?: Transport) => {
      return assertBound(name, { metadata, blobs, transport })
    },
    [optional(name, TOKENS.MetadataStore), optional(name, TOKENS.BlobStore), optional(name, TOKENS.Transport)],
  )
  return token
}

/** Answers the token of what a store takes from its machine. */
function bindEnvironment({ bind }: ContainerModuleLoadOptions, name: StoreName): ServiceIdentifier<Environment> {
  const token: ServiceIdentifier<Environment> = Symbol('lading/Environment')
  const files = bind(TOKENS.Files).toResolvedValue(
    (paths: (readonly string[])[] = []) => createFiles(undefined, { stores: paths.flat() }),
    [all(name, PATHS)],
  )
  boundFor(name, files.inSingletonScope())
  bind(token).toResolvedValue(
    (files: Files, clock?: Clock, ids?: Ids) => ({ files, ...assertCore(clock, ids) }),
    [of(name, TOKENS.Files), optional(undefined, TOKENS.Clock), optional(undefined, TOKENS.Ids)],
  )
  return token
}

/** Returns clock and ids; `INVALID`, naming the module to load, where one is not bound. */
export function assertCore(clock: Clock | undefined, ids: Ids | undefined): { clock: Clock; ids: Ids } {
  if (clock && ids) return { clock, ids }
  const detail = `no ${clock ? 'ids are' : 'clock is'} bound`
  throw new LadingError('INVALID', {
    operation: 'lading/inversify',
    detail,
    next: 'load `coreModule` into the container',
  })
}

/** Both at once is refused where the store is made. */
function assertBound(
  name: StoreName,
  ports: { metadata: MetadataStore | undefined; blobs: BlobStore | undefined; transport: Transport | undefined },
): StorePorts {
  const { metadata, blobs, transport } = ports
  // What is undefined is as good as absent.
  if (transport || (metadata && blobs)) return ports as StorePorts
  const missing = [...(metadata ? [] : ['MetadataStore']), ...(blobs ? [] : ['BlobStore'])]
  const store = name === undefined ? 'the store' : `the store ${String(name)}`
  throw new LadingError('INVALID', {
    operation: 'lading/inversify',
    detail: `no ${missing.join(' and no ')} is bound for ${store}`,
    next: 'load a module that has it, such as `fsModule`, or bind your own with the same name',
  })
}
