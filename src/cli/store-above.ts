import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The store that is asked when nothing says which. */
const STORE_DEFAULT = './.lading'

/**
 * The nearest store in a folder above, as `--store` takes it: whoever works below the folder of a project means that one.
 * Null when there is none, or when another store than the default one is asked.
 */
export function storeAbove(store: string, folder: string = process.cwd()): string | null {
  if (store !== STORE_DEFAULT) return null
  let [above, path] = [dirname(folder), '..']
  while (!existsSync(resolve(above, STORE_DEFAULT, 'lading.json'))) {
    if (above === dirname(above)) return null
    ;[above, path] = [dirname(above), join('..', path)]
  }
  return join(path, STORE_DEFAULT)
}
