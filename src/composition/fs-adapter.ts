import { fileURLToPath } from 'node:url'
import { createFsObjectStore } from '../adapters/fs/object-store.ts'
import { ADAPTER_CONTRACT } from '../ports/store-adapter.ts'
import type { StoreAdapter } from '../ports/store-adapter.ts'
import { invalidUrl, schemeOf } from './store-url.ts'

/** `file:///folder`, or the path of a folder. */
export const fsAdapter: StoreAdapter = {
  contract: ADAPTER_CONTRACT,
  name: 'fs',
  schemes: ['file'],
  open: (url) => ({ driver: createFsObjectStore({ root: folderOf(url) }) }),
  pathsOf: (url) => [folderOf(url)],
  async *diagnose(url, environment) {
    const { diagnoseFolder } = await import('../adapters/fs/diagnose.ts')
    yield* diagnoseFolder({ root: folderOf(url) }, environment)
  },
}

function folderOf(url: string): string {
  if (schemeOf(url) === null) return url
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw invalidUrl(url, 'not a file URL', cause)
  }
}
