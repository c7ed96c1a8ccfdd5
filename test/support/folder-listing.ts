import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Every file of a store with the digest of its content, but for what is on its way in. Empty when there is none. */
export function listingOf(store: string): Record<string, string> {
  const listing: Record<string, string> = {}
  for (const path of filesBelow(store)) {
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
    listing[relative(store, path)] = digest
  }
  return listing
}

/** The paths of a store's files, sorted, but for what is on its way in. */
export function filesBelow(store: string): readonly string[] {
  const found = readdirSync(store, { recursive: true, withFileTypes: true })
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.filter((path) => !relative(store, path).startsWith('staging/')).toSorted()
}
