import type { Move } from '../domain/head.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { mapConcurrently } from './concurrency.ts'
import type { ProtocolContext } from './context.ts'
import { parseHistory } from './documents.ts'
import type { ArtifactDocuments } from './documents.ts'
import { historyPrefix } from './keys.ts'
import { keysBelow } from './listings.ts'

/** What the key of a page ends with: editors and systems leave files of their own beside ours. */
const PAGE = /\/\d{10}$/

/** The history of alias moves: what head holds, and the pages that left it. */
export function createMoves({ objects }: ProtocolContext, documents: ArtifactDocuments): Pick<MetadataStore, 'moves'> {
  return {
    async moves(key, options) {
      // Head first: moves that leave it afterwards are then in a page that the list shows.
      const head = (await documents.readHead(key, options))?.value
      if (!head) return []
      const pages = (await keysBelow(objects, historyPrefix(key), options)).filter((page) => PAGE.test(page))
      const found = await mapConcurrently(objects, pages, (page) => objects.get(page, options))
      const older = found.flatMap((page, index) => (page ? parseHistory(page.bytes, pages[index]!) : []))
      return mergeMoves(older, head.moves)
    },
  }
}

/** Each move once, oldest first: a page may have been written, and its head not yet. */
function mergeMoves(older: readonly Move[], newer: readonly Move[]): readonly Move[] {
  const moves = new Map([...older, ...newer].map((move) => [`${move.rev}/${move.alias}`, move]))
  return [...moves.values()].sort((a, b) => a.rev - b.rev || (a.alias < b.alias ? -1 : 1))
}
