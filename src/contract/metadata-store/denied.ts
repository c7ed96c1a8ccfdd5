import { artifactIn, AT, contentOf, runOf } from './commands.ts'
import { stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'capabilities', tier: 'quick', requires: [] } as const

/** What a metadata store says that it cannot do, it refuses. */
export const deniedCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.capabilities.denied-drafts',
    obligation: 'Whether collaborative drafts are kept. Where not, `drafts` is `deniedDrafts()`.',
    async run({ open, key, project, capabilities, check }) {
      if (capabilities.has('drafts')) return
      const store = await open()
      await artifactIn(store, key).log('A')
      const before = await stateOf(store, key)
      const round = { ...key, id: 'night', round: 0 }
      const told = { opId: crypto.randomUUID(), at: AT, run: runOf(project, 'r1') }
      const facts = { type: 'model', metadata: null, metadataDigest: null, description: null }
      const finish = { kind: 'finish', ...told, ...facts, baseRev: 0, aliases: [], onConflict: 'refuse' } as const
      const unasked = async (): Promise<never> => {
        throw new Error('a store without drafts reads and confirms nothing')
      }

      for (const call of [
        store.drafts.round(round, {}),
        store.drafts.upsert(round, { ...told, ...facts, manifest: contentOf('A') }, { confirm: unasked }),
        store.drafts.finish(round, finish, { manifestOf: unasked, confirm: unasked }),
        store.drafts.abandon(round, { kind: 'abandon', ...told }, {}),
        store.drafts.list(key, { limit: 1 }),
      ]) {
        await check.rejects(call, 'UNSUPPORTED')
      }

      check.equal(await stateOf(await open(), key), before, 'nothing was changed')
    },
  },
]
