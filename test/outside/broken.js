// @ts-check
import { createFolderObjectStore } from './folder-object-store.js'

/**
 * The same driver with one promise broken: a creation replaces what is there.
 *
 * @param {string} folder
 * @returns {import('lading/ports').ObjectStore}
 */
export function createAdapter(folder) {
  const honest = createFolderObjectStore(folder)
  return {
    ...honest,
    async putIfAbsent(key, body, options) {
      await honest.delete([key], options)
      return honest.putIfAbsent(key, body, options)
    },
  }
}
