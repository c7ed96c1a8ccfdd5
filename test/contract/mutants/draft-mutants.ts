import { isLadingError, LadingError } from '../../../src/domain/errors.ts'
import type { DraftKey, DraftRound } from '../../../src/domain/draft.ts'
import type { DraftStore } from '../../../src/ports/draft-store.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import type { Breaker, Mutant } from './mutant.ts'

/** Metadata stores whose drafts lose what they took. */
export const draftMutants: readonly Mutant<MetadataStore>[] = [
  {
    id: 'late-part-is-acknowledged',
    broken: 'A part that comes after the round was finished is acknowledged, and is in no version.',
    cites: [
      {
        source: 'minio/minio#21189',
        what: 'a part is taken for an upload that was aborted: that the upload must exist was not checked',
      },
    ],
    killedBy: 'metadata.drafts.upsert.too-late',
    breaks: () =>
      draftsWith((drafts) => ({
        async upsert(round, part, options) {
          try {
            await drafts.upsert(round, part, options)
          } catch (error) {
            if (!isLadingError(error, 'ALREADY_FINISHED')) throw error
          }
        },
      })),
  },
  {
    id: 'missing-part-is-not-missed',
    broken: 'What a second run gave is acknowledged and left out of the version.',
    cites: [
      { source: 'tobocop2/lilbee#638', what: 'a missing shard merged into an index that is quietly short of a part' },
      {
        source: 'dolthub/doltlite#1971',
        what: 'a merge lost every commit that a peer made meanwhile, although each was acknowledged',
      },
    ],
    killedBy: 'metadata.drafts.finish.union',
    breaks: () => {
      const firstRuns = new Map<string, string>()
      return draftsWith((drafts) => ({
        async upsert(round, part, options) {
          const first = firstRuns.get(nameOf(round)) ?? part.run.id
          firstRuns.set(nameOf(round), first)
          if (part.run.id === first) await drafts.upsert(round, part, options)
        },
      }))
    },
  },
  {
    id: 'last-part-wins',
    broken: 'Where parts disagree the later one is taken, and nobody is asked.',
    cites: [
      {
        source: 'tobocop2/lilbee#638',
        what: 'shards clobbered each other, and a restore could return that of another one',
      },
    ],
    killedBy: 'metadata.drafts.finish.conflict',
    breaks: () =>
      draftsWith((drafts) => ({
        finish: (round, closing, options) => drafts.finish(round, { ...closing, onConflict: 'last' }, options),
      })),
  },
  {
    id: 'finished-round-is-gone',
    broken: 'A finish that is sent again, because its answer was lost, is told that there is no such round.',
    cites: [
      {
        source: 'ydb-platform/ydb#49947',
        what: 'NoSuchUpload was taken as one outcome, although a completion may have succeeded whose answer was lost',
      },
    ],
    killedBy: 'metadata.drafts.finish.sent-again',
    breaks: () => {
      const finished = new Set<string>()
      return draftsWith((drafts) => ({
        async finish(round, closing, options) {
          if (finished.has(nameOf(round))) throw new LadingError('NOT_FOUND', { detail: 'no such round' })
          const answer = await drafts.finish(round, closing, options)
          finished.add(nameOf(round))
          return answer
        },
      }))
    },
  },
]

/** A store whose drafts do something else. */
function draftsWith(change: (drafts: DraftStore) => Partial<DraftStore>): Breaker<MetadataStore> {
  return (sound) => ({ ...sound, drafts: { ...sound.drafts, ...change(sound.drafts) } })
}

function nameOf({ project, artifact, id, round }: DraftKey & DraftRound): string {
  return `${project}/${artifact}/${id}/${round}`
}
