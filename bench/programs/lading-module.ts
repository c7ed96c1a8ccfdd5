import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as fsModule from '../../src/adapters/fs/index.ts'
import type * as memoryModule from '../../src/adapters/memory/index.ts'
import type * as ladingModule from '../../src/index.ts'

/** Where the modules that are measured lie. */
export interface Build {
  /** Absolute. */
  readonly folder: string
  readonly extension: 'js' | 'ts'
}

/** The sources themselves. In each thread Node takes the types out of them first, so that only a test measures them. */
export const SOURCES: Build = { folder: fileURLToPath(new URL('../../src', import.meta.url)), extension: 'ts' }

/** The modules of lading that the bench uses. */
export interface LadingModules {
  readonly lading: typeof ladingModule
  readonly fs: typeof fsModule
  readonly memory: typeof memoryModule
}

/** Loads lading. */
export async function loadLading(build: Build): Promise<LadingModules> {
  const load = (name: string): Promise<unknown> => import(pathToFileURL(pathOf(build, name)).href)
  return {
    lading: (await load('index')) as typeof ladingModule,
    fs: (await load('adapters/fs/index')) as typeof fsModule,
    memory: (await load('adapters/memory/index')) as typeof memoryModule,
  }
}

/** Where a module lies; its name is without extension. */
export function pathOf({ folder, extension }: Build, name: string): string {
  return `${folder}/${name}.${extension}`
}
