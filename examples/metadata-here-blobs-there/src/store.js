import { createPorts, createStore } from 'lading'
import { createFsObjectStore } from 'lading/adapters/fs'
import { createSqliteMetadataStore } from 'lading/adapters/sqlite'

/**
 * Where the two halves of a store lie.
 *
 * @typedef {object} Places
 * @property {string} database SQLite file with all that is known: versions, aliases, runs, lineage. On a fast disk.
 * @property {string} blobs Folder with the bytes of files, under their SHA-256. On a large disk.
 */

/**
 * A store in two places. Does no I/O: the file and the folder are made by the first log.
 *
 * @param {Places} places
 * @param {{ project: string }} options
 */
export function createSplitStore({ database, blobs }, options) {
  const metadata = createSqliteMetadataStore({ file: database })
  const ports = createPorts(createFsObjectStore({ root: blobs }))
  return createStore({ metadata, blobs: ports.blobs }, options)
}
