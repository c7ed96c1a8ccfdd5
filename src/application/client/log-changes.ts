import type { Head } from '../../domain/head.ts'
import type { LogOutcome } from '../../ports/transport.ts'

/** What a log changed beside making or finding its version. */
export interface LogChanges {
  /** What a log of known content put in the place of other metadata of the version, or of another description. */
  readonly replaced: readonly ('metadata' | 'description')[]
  /** Aliases that went with the versions that a supersede ended, sorted: those that were there when the log began. */
  readonly aliasesEnded: readonly string[]
}

/** What was asked for, and the head that the artifact had before. */
export interface LogAsked {
  readonly description: string | null
  readonly supersede: boolean
  readonly head: Head | null
}

/** What a log changed. */
export function changesOf(
  { description, supersede, head }: LogAsked,
  { created, aliases, metadataReplaced = false }: LogOutcome,
): LogChanges {
  const describes = !created && description !== null && head !== null && description !== head.description
  const ended = supersede ? Object.keys(head?.aliases ?? {}).filter((alias) => !aliases.includes(alias)) : []
  return {
    replaced: [...(metadataReplaced ? ['metadata' as const] : []), ...(describes ? ['description' as const] : [])],
    aliasesEnded: ended.toSorted(),
  }
}
