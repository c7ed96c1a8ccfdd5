import type { ServiceIdentifier } from 'inversify'
import type { Lading } from '../../application/client/lading.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock, Ids } from '../../ports/environment.ts'
import type { Files } from '../../ports/files.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import type { Transport } from '../../ports/transport.ts'
import type { StoreOptions } from '../create-store.ts'

/** What can be resolved from a container, or replaced in it. All but clock and ids are there once for each store. */
export const TOKENS = Object.freeze({
  /** A store, which opens itself with its first call. */
  Lading: token<Lading>('Lading'),
  /**
   * The same store, once it can be read: `await container.getAsync(TOKENS.OpenedLading)` when a service starts. Rejects as
   * `openStore` does. A store behind a transport answers with its first call only.
   */
  OpenedLading: token<Lading>('OpenedLading'),
  MetadataStore: token<MetadataStore>('MetadataStore'),
  BlobStore: token<BlobStore>('BlobStore'),
  /** In the place of `MetadataStore` and `BlobStore`. */
  Transport: token<Transport>('Transport'),
  Files: token<Files>('Files'),
  /** The project, the listener and the reference handlers of a store. Default: none. */
  StoreOptions: token<StoreOptions>('StoreOptions'),
  Clock: token<Clock>('Clock'),
  Ids: token<Ids>('Ids'),
})

/** The files and folders of this machine that belong to a store; any number of lists for each. @internal */
export const PATHS = token<readonly string[]>('StorePaths')

/** The type that a symbol stands for is known to the compiler alone. */
function token<T>(name: string): ServiceIdentifier<T> {
  return Symbol.for(`lading/${name}`)
}
