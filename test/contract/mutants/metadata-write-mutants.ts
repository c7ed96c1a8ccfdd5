import type { Answer, LogCommand } from '../../../src/domain/command.ts'
import type { Digest } from '../../../src/domain/digest.ts'
import { LadingError } from '../../../src/domain/errors.ts'
import type { ArtifactKey } from '../../../src/domain/version.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import { turn } from './bytes.ts'
import type { Breaker, Mutant } from './mutant.ts'

/** Metadata stores that decide wrongly, or more than once. */
export const metadataWriteMutants: readonly Mutant<MetadataStore>[] = [
  {
    id: 'expect-is-dropped',
    broken: 'A move of an alias lands whatever the alias points at.',
    cites: [
      {
        source: 'lakesoul-io/LakeSoul#869',
        what: 'where a conditional put is not implemented, a fallback overwrites without a condition',
      },
    ],
    killedBy: 'metadata.alias.expect',
    breaks: () => (sound) => ({
      ...sound,
      commit: (key, command, options) =>
        sound.commit(key, command.kind === 'setAlias' ? { ...command, expect: undefined } : command, options),
    }),
  },
  {
    id: 'expect-is-checked-first',
    broken: 'What a move expects is compared before the move, and not when it lands.',
    cites: [
      {
        source: 'dolthub/doltlite#1470',
        what: "the tip was compared with a copy that was stale: a peer's commit was lost while both were told of success",
      },
    ],
    killedBy: 'metadata.race.alias-with-expect',
    breaks: () => (sound) => ({
      ...sound,
      async commit(key, command, options) {
        if (command.kind !== 'setAlias' || command.expect === undefined) return sound.commit(key, command, options)
        const now = (await sound.head(key, options))?.aliases[command.alias] ?? null
        if (now !== command.expect)
          throw new LadingError('CONFLICT', { detail: `expected v${command.expect}, found v${now}` })
        await turn()
        return sound.commit(key, { ...command, expect: undefined }, options)
      },
    }),
  },
  {
    id: 'each-try-is-an-operation',
    broken: 'A command that is sent again gets a new operation id, so that nobody knows it again.',
    cites: [
      {
        source: 'apache/iceberg-python#3320',
        what: 'each attempt mints a new snapshot id, so a lost answer commits the same data twice',
      },
    ],
    killedBy: 'metadata.once.sent-again',
    breaks: () => (sound) => ({
      ...sound,
      commit: (key, command, options) =>
        sound.commit(key, { ...command, opId: crypto.randomUUID(), delivery: 'alone' }, options),
    }),
  },
  {
    id: 'unknown-outcome-is-a-failure',
    broken: 'A command whose outcome is unknown is carried out once more.',
    cites: [
      {
        source: 'apache/iceberg#2808',
        what: 'a commit that timed out is committed twice after CommitStateUnknownException',
      },
      {
        source: 'redpanda-data/connect#4591',
        what: 'a retry after a lost answer registers each file in two snapshots',
      },
    ],
    killedBy: 'metadata.once.window-passed',
    breaks: () => (sound) => ({
      ...sound,
      async commit(key, command, options) {
        try {
          return await sound.commit(key, command, options)
        } catch (error) {
          if (!(error instanceof LadingError && error.code === 'UNKNOWN_OUTCOME')) throw error
          return sound.commit(key, { ...command, opId: crypto.randomUUID(), delivery: 'alone' }, options)
        }
      },
    }),
  },
  {
    id: 'number-is-a-count',
    broken: 'The next number is the count of versions that are left: numbers of deleted versions are given again.',
    cites: [
      { source: 'webiny/webiny-js#374', what: 'the number of a deleted revision is picked for the next one' },
      {
        source: 'gmboquet/mixle#487',
        what: 'the next version is `len(versions) + 1`, which overwrote v3 after v2 was removed',
      },
      { source: 'mindsnacks/Zinc#10', what: 'a deleted version 5 is followed by another version 5' },
    ],
    killedBy: 'metadata.log.after-delete',
    breaks: () =>
      logsWith(async ({ sound, key, answer }) => {
        const live = await sound.versions(key, { newestFirst: false, limit: 1_000 })
        return answer.created ? { ...answer, record: null, n: live.items.length - 1 } : answer
      }),
  },
  {
    id: 'number-is-read-first',
    broken: 'The next number is read, and used after others read the same one.',
    cites: [
      {
        source: 'Apicurio/apicurio-registry#9775',
        what: 'MAX(versionOrder) without a lock: two versions with the same order',
      },
      { source: 'tomkp/datahub#218', what: 'two requests see 5 versions, and both insert version 6' },
    ],
    killedBy: 'metadata.race.distinct-contents',
    breaks: () => (sound) => ({
      ...sound,
      async commit(key, command, options) {
        const n = (await sound.head(key, options))?.next ?? 0
        await turn()
        const answer = await sound.commit(key, command, options)
        return command.kind === 'log' && answer.created ? { ...answer, record: null, n } : answer
      },
    }),
  },
  {
    id: 'deleted-content-is-a-hit',
    broken: 'Content whose version was deleted is found again, as that version.',
    cites: [
      { source: 'HangarMC/Hangar#215', what: 'a version that was deleted "already exists"' },
      {
        source: 'Techiebutler/freeframe#334',
        what: 'a soft-deleted version still owns its number: no new one can be made',
      },
    ],
    killedBy: 'metadata.log.after-delete',
    breaks: () => {
      const numbers = new Map<Digest, number>()
      return (sound) => ({
        ...sound,
        async commit(key, command, options) {
          if (command.kind !== 'log') return sound.commit(key, command, options)
          const known = numbers.get(command.digest)
          if (known !== undefined) return { n: known, created: false, aliases: [], record: null }
          const answer = await sound.commit(key, command, options)
          numbers.set(command.digest, answer.n!)
          return answer
        },
      })
    },
  },
  {
    id: 'log-again-is-latest',
    broken: '`latest` is what was logged last, also when that was known content of an older version.',
    cites: [
      { source: 'npm/npm#6778', what: 'publishing an older line moves `latest` back to it' },
      { source: 'craftship/codebox-npm#80', what: 'the `latest` tag is always updated on publish' },
    ],
    killedBy: 'metadata.log.unchanged',
    breaks: () => {
      const last = new Map<string, number>()
      return (sound) => ({
        ...latestWith(sound, async (key) => last.get(nameOf(key)) ?? null),
        async commit(key, command, options) {
          const answer = await sound.commit(key, command, options)
          if (command.kind === 'log') last.set(nameOf(key), answer.n!)
          return answer
        },
      })
    },
  },
  {
    id: 'nothing-is-latest-any-more',
    broken: 'When the latest version is deleted, `latest` points at nothing.',
    cites: [
      { source: 'wandb/weave#528', what: 'loading `latest` fails where that alias was deleted' },
      { source: 'npm/npme-installer#153', what: 'after unpublishing, `latest` is a version that it should never be' },
    ],
    killedBy: 'metadata.delete.latest-falls-back',
    breaks: () => {
      const deleted = new Set<string>()
      return (sound) => {
        const latestOf = async (key: ArtifactKey): Promise<number | null> => {
          return deleted.has(nameOf(key)) ? null : ((await sound.head(key, {}))?.latest?.n ?? null)
        }
        return {
          ...latestWith(sound, latestOf),
          async commit(key, command, options) {
            const latest = (await sound.head(key, options))?.latest?.n
            const answer = await sound.commit(key, command, options)
            if (command.kind === 'delete' && command.n === latest) deleted.add(nameOf(key))
            if (command.kind === 'log') deleted.delete(nameOf(key))
            return answer
          },
        }
      }
    },
  },
  {
    id: 'alias-outlives-its-version',
    broken: 'An alias goes on pointing at a version that was deleted.',
    cites: [
      { source: 'mlflow/mlflow#8459', what: 'the deletion of a model version was not propagated to its aliases' },
      { source: 'mlflow/mlflow#24825', what: 'a dangling alias, because a version as text never equals one as number' },
    ],
    killedBy: 'metadata.delete.with-aliases',
    breaks: () => {
      const dangling = new Map<string, number>()
      return (sound) => ({
        ...sound,
        async commit(key, command, options) {
          const before = (await sound.head(key, options))?.aliases ?? {}
          const answer = await sound.commit(key, command, options)
          const gone = Object.entries(before).filter(([, n]) => command.kind === 'delete' && n === command.n)
          for (const [alias, n] of gone) dangling.set(alias, n)
          return answer
        },
        async head(key, options) {
          const head = await sound.head(key, options)
          return head && { ...head, aliases: { ...Object.fromEntries(dangling), ...head.aliases } }
        },
      })
    },
  },
]

interface Logged {
  readonly sound: MetadataStore
  readonly key: ArtifactKey
  readonly command: LogCommand
  readonly answer: Answer
}

/** A store that answers logs in another way. */
function logsWith(change: (logged: Logged) => Promise<Answer>): Breaker<MetadataStore> {
  return (sound) => ({
    ...sound,
    async commit(key, command, options) {
      const answer = await sound.commit(key, command, options)
      return command.kind === 'log' ? change({ sound, key, command, answer }) : answer
    },
  })
}

/** A store with another idea of what `latest` is. */
function latestWith(sound: MetadataStore, latestOf: (key: ArtifactKey) => Promise<number | null>): MetadataStore {
  return {
    ...sound,
    async resolve(key, selector, options) {
      if (selector.kind !== 'latest') return sound.resolve(key, selector, options)
      const n = await latestOf(key)
      return n === null ? null : sound.resolve(key, { kind: 'version', n }, options)
    },
    async head(key, options) {
      const [head, n] = [await sound.head(key, options), await latestOf(key)]
      return head && { ...head, latest: n === null || !head.latest ? null : { ...head.latest, n } }
    },
  }
}

function nameOf({ project, artifact }: ArtifactKey): string {
  return `${project}/${artifact}`
}
