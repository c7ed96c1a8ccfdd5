import { isFileEntry } from '../../domain/manifest.ts'
import type { Entry } from '../../domain/manifest.ts'

/** The size of an entry in bytes; null where it is not known: a reference says 0 then. */
export function knownSize(entry: Entry): number | null {
  return isFileEntry(entry) || entry.size > 0 ? entry.size : null
}
