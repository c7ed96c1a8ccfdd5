import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Every file of a store with the digest of its content, but for what is on its way in. */
export function listingOf(store: string): Record<string, string> {
  const listing: Record<string, string> = {}
  for (const path of filesBelow(store)) {
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
    listing[relative(store, path)] = digest
  }
  return listing
}

/** The paths of a store's files, sorted, but for what is on its way in. None when there is no store. */
export function filesBelow(store: string): readonly string[] {
  if (!existsSync(store)) return []
  const found = readdirSync(store, { recursive: true, withFileTypes: true })
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.filter((path) => !relative(store, path).startsWith('staging/')).toSorted()
}
