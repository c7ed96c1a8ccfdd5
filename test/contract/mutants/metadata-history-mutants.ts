import type { HistoryEvent } from '../../../src/domain/history.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import type { Mutant } from './mutant.ts'

/** Metadata stores that forget what was, or copy it wrongly. */
export const metadataHistoryMutants: readonly Mutant<MetadataStore>[] = [
  {
    id: 'history-forgets',
    broken: 'Of the moves of aliases the newest are kept, and nobody can say what `prod` was before.',
    cites: [
      {
        source: 'mlflow/mlflow#2169',
        what: 'there is no way to find which version was in production at any time in the past',
      },
    ],
    killedBy: 'metadata.alias.long-history',
    breaks: () => (sound) => ({
      ...sound,
      moves: async (key, options) => (await sound.moves(key, options)).slice(-64),
    }),
  },
  {
    id: 'export-forgets-deletions',
    broken: 'An export tells versions and not their ends: what was deleted lives again in the copy.',
    cites: [
      {
        source: 'mlflow/mlflow-export-import#86',
        what: "what becomes of versions whose run was deleted at the source was nobody's decision",
      },
    ],
    killedBy: 'metadata.history.copied-whole',
    breaks: () => (sound) => ({
      ...sound,
      async *export(key, options) {
        for await (const event of sound.export(key, options)) if (event.kind !== 'delete') yield event
      },
    }),
  },
  {
    id: 'import-renumbers',
    broken: 'An imported version gets the next number of where it comes to.',
    cites: [
      { source: 'mlflow/mlflow-export-import#183', what: 'model version 2 is imported as version 1' },
      { source: 'amesar/mlflow-export-import#21', what: 'the order of versions is reversed by export and import' },
    ],
    killedBy: 'metadata.history.other-version-there',
    breaks: () => (sound) => ({
      ...sound,
      async import(key, events, options) {
        for await (const event of events) {
          if (event.kind !== 'version') continue
          const { n: _n, deleted: _deleted, createdAt: at, ...content } = event.version
          await sound.commit(key, { kind: 'log', ...content, at, baseRev: 0, delivery: 'alone' }, options)
        }
      },
    }),
  },
  {
    id: 'import-carries-out-again',
    broken: 'An import that is repeated carries out again what was carried out.',
    cites: [
      {
        source: 'Altinity/ClickHouse#1982',
        what: 'a mutation of unknown outcome is retried, and may be applied a second time',
      },
    ],
    killedBy: 'metadata.history.repeated',
    breaks: () => (sound) => ({
      ...sound,
      async import(key, events, options) {
        const known = (await sound.head(key, options))?.next ?? 0
        const all = await Array.fromAsync(events)
        await sound.import(key, eachOf(all), options)
        const moves = all.flatMap((event) => (event.kind === 'moves' && known > 0 ? event.moves : []))
        for (const { alias, to: n, at, run } of moves) {
          const opId = crypto.randomUUID()
          const command = {
            kind: 'setAlias',
            opId,
            alias,
            n,
            at,
            run,
            expect: undefined,
            baseRev: 0,
            delivery: 'alone',
          } as const
          await sound.commit(key, command, options).catch(() => undefined)
        }
      },
    }),
  },
]

async function* eachOf(events: readonly HistoryEvent[]): AsyncGenerator<HistoryEvent> {
  yield* events
}
