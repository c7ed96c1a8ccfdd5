// @ts-check
export { createFolderObjectStore as createAdapter } from './folder-object-store.js'
