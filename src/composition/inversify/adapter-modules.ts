import type { ContainerModule } from 'inversify'
import { createFsObjectStore } from '../../adapters/fs/index.ts'
import type { FsOptions } from '../../adapters/fs/index.ts'
import { createMemoryObjectStore } from '../../adapters/memory/index.ts'
import type { MemoryOptions } from '../../adapters/memory/index.ts'
import { assertOptions } from '../../application/client/assert-arguments.ts'
import { LadingError } from '../../domain/errors.ts'
import type { StoreAdapter, StoreEnvironment } from '../../ports/store-adapter.ts'
import { withoutPassword } from '../../ports/store-url.ts'
import { openAdapter, pathsOfAdapter } from '../adapter-access.ts'
import { assertAdapter } from '../assert-adapter.ts'
import type { StorePorts } from '../assert-ports.ts'
import type { SqliteStoreOptions } from '../sqlite.ts'
import { openSqlite, sqlitePathsOf } from '../sqlite-adapter.ts'
import { assertStoreUrl, schemeOf } from '../store-url.ts'
import { MODULE_OPTIONS, moduleOf } from './store-module.ts'
import type { StoreModuleOptions } from './store-module.ts'

/** A store in a folder. */
export function fsModule(options: FsOptions & StoreModuleOptions): ContainerModule {
  const { root, fs } = assertOptions(options, [...MODULE_OPTIONS, 'root', 'durability', 'fs'])
  return moduleOf(() => ({ driver: createFsObjectStore(options) }), options, { paths: fs ? [] : [root] })
}

/** A store in memory: each container has its own, unless `shared` is given. */
export function memoryModule(options: MemoryOptions & StoreModuleOptions = {}): ContainerModule {
  assertOptions(options, [...MODULE_OPTIONS, 'shared', 'register', 'batch', 'packBelowBytes'])
  return moduleOf(() => ({ driver: createMemoryObjectStore(options) }), options, { paths: [] })
}

/** A store in a SQLite file; its blobs lie in the folder `<file>-blobs` beside it, unless another module brings them. */
export function sqliteModule(
  options: Pick<SqliteStoreOptions, 'file' | 'sqlite'> & StoreModuleOptions,
): ContainerModule {
  const { file } = assertOptions(options, [...MODULE_OPTIONS, 'file', 'sqlite'])
  const open = (environment: StoreEnvironment): StorePorts => openSqlite({ ...options, ...environment })
  return moduleOf(open, options, { paths: sqlitePathsOf(file) })
}

/** The store that a URL names, by an adapter of others. Rejects as `openStore` does, and when the adapter has not its scheme. */
export function adapterModule(
  adapter: StoreAdapter,
  url: string | URL,
  options: StoreModuleOptions = {},
): ContainerModule {
  const [checked, text] = [assertAdapter(adapter), assertStoreUrl(url)]
  const scheme = schemeOf(text)
  if (scheme === null || !checked.schemes.includes(scheme)) {
    const detail = `the adapter ${checked.name} has no scheme ${scheme ?? 'for a path'}`
    const next = `it has ${checked.schemes.map((each) => `${each}:`).join(', ')}`
    throw new LadingError('INVALID', { operation: 'adapterModule', key: withoutPassword(text), detail, next })
  }
  const paths = pathsOfAdapter(checked, text)
  const open = (environment: StoreEnvironment): StorePorts => openAdapter(checked, text, environment)
  return moduleOf(open, assertOptions(options, MODULE_OPTIONS), { paths })
}
