import type { Move } from '../domain/head.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { SqlContext } from './context.ts'
import type { Row } from './database.ts'
import { artifactParams, countIn, countOrNull, runOrNull, textIn } from './rows.ts'

/** The history of alias moves. */
export function createMoves({ database }: SqlContext): Pick<MetadataStore, 'moves'> {
  return {
    moves: (key, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const row = await tx.get('head', artifactParams(key))
          return row === null ? [] : (await tx.all('moves', { artifact: countIn(row, 'id') })).map(moveIn)
        },
        options,
      ),
  }
}

function moveIn(row: Row): Move {
  return {
    rev: countIn(row, 'rev'),
    at: textIn(row, 'at'),
    alias: textIn(row, 'alias'),
    from: countOrNull(row, 'from_n'),
    to: countOrNull(row, 'to_n'),
    opId: textIn(row, 'op_id'),
    run: runOrNull(row),
  }
}
