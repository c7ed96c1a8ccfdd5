import type { StoreAdapter } from 'lading/ports'
import { parseShelfUrl } from './config.ts'
import type { ShelfOptions } from './config.ts'
import { createShelfObjectStore } from './object-store.ts'

export { createShelfObjectStore }
export type { ShelfOptions }

/**
 * Stores on a shelf: `openStore('shelf://host:port/bucket', { adapters: [shelf({ token })] })`.
 *
 * A token is no part of the URL: URLs end up in logs, in configuration files and in error messages. Default: the environment
 * variable `SHELF_TOKEN`, which is the way to give one to the command line.
 */
export function shelf({ token = process.env['SHELF_TOKEN'] }: Pick<ShelfOptions, 'token'> = {}): StoreAdapter {
  return {
    contract: 1,
    name: 'shelf',
    schemes: ['shelf'],
    open: (storeUrl) => ({ driver: createShelfObjectStore({ url: parseShelfUrl(storeUrl), token }) }),
  }
}

/** The command line takes the default export of a package that the configuration lists. */
export default shelf
