/**
 * lading in a container of inversify: typed tokens, and a module for each kind of store. Nothing else of lading loads
 * inversify, and no decorators are asked of you.
 *
 * @packageDocumentation
 */

export { adapterModule, fsModule, memoryModule, sqliteModule } from './adapter-modules.ts'
export { coreModule } from './core-module.ts'
export { ladingModule } from './lading-module.ts'
export type { ModuleOptions } from './lading-module.ts'
export type { StoreName } from './named.ts'
export { storeModule } from './store-module.ts'
export type { StoreModuleOptions, StoreOpener } from './store-module.ts'
export { TOKENS } from './tokens.ts'
