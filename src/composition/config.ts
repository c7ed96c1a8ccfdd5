import type { StoreAdapter } from '../ports/store-adapter.ts'

/** What `lading.config.json`, or the default export of `lading.config.ts`, may say. */
export interface LadingConfig {
  /**
   * Folder or URL of the store, as `--store` takes it. A relative path starts at the folder of the file. Default:
   * `.lading` in the working folder.
   */
  readonly store?: string | undefined
  /** The project of names that say none. Default: `default`. */
  readonly project?: string | undefined
  /**
   * Adapters of others: names of packages called `lading-adapter-<scheme>`, installed in the folder of the file, which must
   * then lie beside the nearest `package.json` upwards, or in the workspace that it is part of; in code also adapters
   * themselves. Default: none.
   */
  readonly adapters?: readonly (string | StoreAdapter)[] | undefined
}

/** Types a configuration: `export default defineConfig({ store: 'sqlite:models.db' })` in `lading.config.ts`. */
export function defineConfig(config: LadingConfig): LadingConfig {
  return config
}
