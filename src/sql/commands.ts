import { decide } from '../domain/decide.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { Confirmation, readCollection } from './collection.ts'
import type { SqlContext } from './context.ts'
import { SqlExecution } from './execution.ts'
import { readHead } from './heads.ts'

/** Commands: what they start from, and how they are carried out. */
export function createCommands(context: SqlContext): Pick<MetadataStore, 'prepare' | 'commit'> {
  return {
    prepare: (key, options) =>
      context.database.transaction(
        'read',
        async (tx) => {
          const stored = await readHead(tx, key)
          // A transaction reads head for itself: there is nothing that a command could start from.
          return { head: stored?.head ?? null, collection: await readCollection(tx, key.project), seen: null }
        },
        options,
      ),

    async commit(key, command, { confirm, signal }) {
      const confirmation = new Confirmation(confirm)
      return new SqlExecution({ context, key, command, rule: decide, confirmation }).run({ signal })
    },
  }
}
