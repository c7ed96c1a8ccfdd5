import { resolve } from 'node:path'
import { schemeOf } from './store-url.ts'

/**
 * A store as it is meant in a file of a folder: a path, also that of `sqlite:`, is relative to the folder, and a URL of
 * any other scheme is taken as it is. A single letter before a colon is a Windows drive.
 */
export function fromFolder(store: string, folder: string): string {
  const sqlite = /^sqlite:(?!\/\/)(?<file>[^?]+)$/i.exec(store)?.groups?.['file']
  if (sqlite !== undefined) return `sqlite:${resolve(folder, sqlite)}`
  return schemeOf(store) === null ? resolve(folder, store) : store
}
