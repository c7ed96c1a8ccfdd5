import { createFsObjectStore } from '../adapters/fs/object-store.ts'
import { ADAPTER_CONTRACT } from '../ports/store-adapter.ts'
import type { StoreAdapter } from '../ports/store-adapter.ts'
import type { StorePorts } from './assert-ports.ts'
import { createPorts } from './create-ports.ts'
import { createSqliteMetadataStore } from './sqlite.ts'
import type { SqliteStoreOptions } from './sqlite.ts'
import { invalidUrl } from './store-url.ts'

/** `sqlite:file`: metadata in the file, blobs in the folder `<file>-blobs` beside it. */
export const sqliteAdapter: StoreAdapter = {
  contract: ADAPTER_CONTRACT,
  name: 'sqlite',
  schemes: ['sqlite'],
  open: (url, environment) => openSqlite({ file: fileOf(url), ...environment }),
  pathsOf: (url) => sqlitePathsOf(fileOf(url)),
  async *diagnose(url, environment) {
    const file = fileOf(url)
    const { diagnoseDatabase } = await import('../adapters/sqlite/diagnose.ts')
    const { diagnoseFolder } = await import('../adapters/fs/diagnose.ts')
    yield* diagnoseDatabase({ file })
    yield* diagnoseFolder({ root: blobFolderOf(file), holds: 'blobs' }, environment)
  },
}

/** Metadata in a SQLite file, blobs beside it. Does no I/O. */
export function openSqlite({ file, ...options }: SqliteStoreOptions): StorePorts {
  const metadata = createSqliteMetadataStore({ file, ...options })
  return { metadata, blobs: createPorts(createFsObjectStore({ root: blobFolderOf(file) })).blobs }
}

/** The files and folders of a store in a SQLite file; its engine keeps some beside it: https://sqlite.org/tempfiles.html */
export function sqlitePathsOf(file: string): readonly string[] {
  return [...['', '-wal', '-shm', '-journal'].map((suffix) => `${file}${suffix}`), blobFolderOf(file)]
}

/** Where the blobs of a store in a SQLite file lie. */
function blobFolderOf(file: string): string {
  return `${file}-blobs`
}

/** The path is taken as it is written: nothing in it is decoded. `//` in front of it is a host, and there is none. */
function fileOf(url: string): string {
  const path = url.slice('sqlite:'.length)
  if (/^\/\/[^/]/.test(path)) throw invalidUrl(url, 'a SQLite file has no host: write sqlite:file or sqlite:///file')
  const file = path.startsWith('//') ? path.slice(2) : path
  if (file === '' || /[/\\]$/.test(file)) throw invalidUrl(url, 'it names no file')
  if (file.includes('?')) throw invalidUrl(url, 'a SQLite file takes no parameters')
  return file
}
