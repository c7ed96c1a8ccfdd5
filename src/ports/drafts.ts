import type { LoggedAnswer } from '../domain/command.ts'
import { producersOf } from '../domain/draft.ts'
import type { DraftKey, DraftPart, DraftRound } from '../domain/draft.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import { decideFinish, decideUpsert, typeRefusal } from '../domain/finish.ts'
import { refusalError } from '../domain/limits.ts'
import { formatVersion } from '../domain/refs.ts'
import type { CallOptions } from './call.ts'
import type { CommitOptions } from './commit.ts'
import { RoundExecutor } from './draft-executor.ts'
import type { DraftHost, DraftRecords } from './draft-records.ts'
import type { DraftStore, DraftSummary } from './draft-store.ts'

export type { DraftHost, DraftRecords, RoundFact } from './draft-records.ts'

/**
 * A DraftStore over the records of a store: the same steps for every technology.
 *
 * What to do next is decided by `decideFinish` and `decideUpsert`.
 * Costs for an upsert: the part and what its blobs cost, one look at the closing, and head unless a prepared one is given;
 * before the artifact's first version three more. For a finish: a list, two reads a part, a log, two writes for each
 * producer, four for the round.
 */
export function createDraftStore(host: DraftHost, records: DraftRecords): DraftStore {
  return {
    async round(key, options) {
      const newest = await records.newestRound(key, options)
      if (newest === null) return 0
      const result = await records.result.read({ ...key, round: newest }, options)
      return result === null ? newest : newest + 1
    },

    async upsert(round, part, options) {
      await assertType(host, records, { round, part, options })
      await records.addPart(round, part, options)
      // The part may count from here on: nothing may stop what tells whether it does.
      const executor = new RoundExecutor(host, records, { round, options: {} })
      await executor.run((view) => decideUpsert(view, part.opId)).catch(mayCount)
    },

    async finish(round, closing, options) {
      const executor = new RoundExecutor(host, records, { round, options, finish: options })
      const end = await executor.run((view) => decideFinish(view, closing))
      if (end?.result.kind !== 'finished') throw new Error('a finish answers with a version')
      return end.answer?.n === end.result.n ? end.answer : answerOf(host, round, end.result.n)
    },

    async abandon(round, closing, options) {
      const executor = new RoundExecutor(host, records, { round, options })
      await executor.run((view) => decideFinish(view, closing))
    },

    async list(key, options) {
      const { items, cursor } = await records.ids(key, options)
      const open: DraftSummary[] = []
      for (const id of items) {
        const summary = await summaryOf(records, { ...key, id }, { signal: options.signal })
        if (summary) open.push(summary)
      }
      return cursor === undefined ? { items: open } : { items: open, cursor }
    },
  }
}

/** The best knowledge of a part's type: that of the artifact, else that of a part which is there. Finishing asks again. */
async function assertType(
  host: DraftHost,
  records: DraftRecords,
  { round, part, options }: { round: DraftRound; part: DraftPart; options: CommitOptions },
): Promise<void> {
  const { signal, prepared } = options
  // A head fixes the type for ever, but one that was not there may have come since: bytes may have travelled meanwhile.
  const head = (prepared && 'head' in prepared && prepared.head) || (await host.head(round, { signal }))
  const type = head?.type ?? (await typeOfParts(records, round, { signal }))
  const refusal = typeRefusal(part, type)
  if (refusal) throw refusalError(refusal)
}

/** The part is there: what cannot be told is no failure of the upsert. */
function mayCount(error: unknown): never {
  if (!isLadingError(error, 'UNAVAILABLE')) throw error
  throw new LadingError('UNKNOWN_OUTCOME', {
    detail: `the part was given, but then ${error.detail}`,
    next: 'send the upsert again under the same operation id',
    cause: error,
  })
}

async function typeOfParts(records: DraftRecords, round: DraftRound, options: CallOptions): Promise<string | null> {
  const [first] = await records.listParts(round, options)
  if (first === undefined) return null
  return (await records.readParts(round, [first], options))[0]?.type ?? null
}

async function answerOf(host: DraftHost, round: DraftRound, n: number): Promise<LoggedAnswer> {
  const { project, artifact, id } = round
  const found = await host.resolve({ project, artifact }, { kind: 'version', n }, {})
  if (!found) {
    throw new LadingError('CORRUPT', {
      key: `${project}/${artifact}`,
      detail: `the round has become ${formatVersion(n)}, whose record is missing`,
      next: 'restore it from a backup of the store',
    })
  }
  const { record, aliases } = found
  const created = record.draft?.id === id && record.draft.round === round.round
  return { n, created, aliases, record }
}

/** What an open draft looks like; null where it has no round that waits for its end. */
async function summaryOf(records: DraftRecords, key: DraftKey, options: CallOptions): Promise<DraftSummary | null> {
  const newest = await records.newestRound(key, options)
  if (newest === null) return null
  const round = { ...key, round: newest }
  if ((await records.result.read(round, options)) !== null) return null
  const parts = await records.readParts(round, await records.listParts(round, options), options)
  const [first] = parts
  if (!first) return null
  const closing = (await records.closing.read(round, options)) !== null
  return { round, type: first.type, parts: parts.length, runs: producersOf(parts.map(({ run }) => run)), closing }
}
