import type { Answer, Command, Refusal } from '../domain/command.ts'
import { loggedAs } from '../domain/decide.ts'
import type { Decision, Need, View } from '../domain/decide.ts'
import { countVersion } from '../domain/head.ts'
import type { Head } from '../domain/head.ts'
import { refusalError } from '../domain/limits.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { Collection } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import type { Confirmation } from './collection.ts'
import type { SqlContext } from './context.ts'
import type { SqlTransaction } from './database.ts'
import { addArtifact, changeHead, readHead } from './heads.ts'
import type { Stored } from './heads.ts'
import { countIn, metadataParam, runParams, versionIn } from './rows.ts'

/** What an execution works with. */
export interface ExecutionParts {
  readonly context: SqlContext
  readonly key: ArtifactKey
  readonly command: Command
  /** What the command means: `decide`, or the rule of a replayed history. */
  readonly rule: (view: View, command: Command) => Decision
  readonly confirmation: Confirmation
}

/** What one transaction came to. */
type Step =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Nothing was written: blobs must be confirmed under this state first. */
  | { readonly kind: 'confirm'; readonly collection: Collection }
  /** Nothing was written: it was a reading transaction. */
  | { readonly kind: 'write' }

/** A decision to carry out, and the head that it changes. `id` is null while the artifact has no row. */
interface Decided {
  readonly decision: Exclude<Decision, { kind: 'need' | 'reread' | 'establish' }>
  readonly id: number | null
  readonly head: Head | null
}

/**
 * One executor of one command: the rule reads, decides and writes within one transaction, in which nobody else writes.
 *
 * So nothing is rolled forward, swapped or read back: what a transaction did not commit has not happened.
 */
export class SqlExecution {
  readonly #parts: ExecutionParts
  #base: number | null

  constructor(parts: ExecutionParts) {
    this.#parts = parts
    this.#base = parts.command.delivery === 'alone' ? null : parts.command.baseRev
  }

  /** Runs the command to its end. Rejects with its refusal, or `UNKNOWN_OUTCOME` when a commit was not answered. */
  async run(options: CallOptions): Promise<Answer> {
    const { context, command, confirmation } = this.#parts
    // Blobs are confirmed for new content alone: a look tells whether it is, without keeping writers out.
    let mode: 'read' | 'write' = command.kind === 'log' && confirmation.isDue ? 'read' : 'write'
    for (;;) {
      const step = await context.database.transaction(mode, (tx) => this.#attempt(tx, mode), options)
      if (step.kind === 'answered') return step.answer
      if (step.kind === 'refused') throw refusalError(step.refusal)
      if (step.kind === 'confirm') await confirmation.under(step.collection)
      mode = 'write'
    }
  }

  async #attempt(tx: SqlTransaction, mode: 'read' | 'write'): Promise<Step> {
    const { key, confirmation } = this.#parts
    const decided = await this.#decide(tx, await readHead(tx, key))
    const { decision, head } = decided
    if (decision.kind === 'refuse' && decision.record === null) return { kind: 'refused', refusal: decision.refusal }
    if (decision.kind === 'answer' && isUnchanged(decided)) return { kind: 'answered', answer: decision.answer }
    // What was read shows that the command is not applied up to here.
    if (this.#base !== null && head !== null) this.#base = Math.max(this.#base, head.rev)
    const missing = decision.kind === 'create' ? await confirmation.missing(tx, key.project) : null
    if (missing) return { kind: 'confirm', collection: missing }
    return mode === 'write' ? this.#carryOut(tx, decided) : { kind: 'write' }
  }

  /** Asks the rule until it needs nothing more. */
  async #decide(tx: SqlTransaction, stored: Stored<Head> | null): Promise<Decided> {
    const { command, rule } = this.#parts
    let view: View = {
      head: stored?.head ?? null,
      base: this.#base,
      // A transaction writes a version and the head that counts it, or neither.
      settled: true,
      indexed: undefined,
      versions: new Map(),
      dead: null,
    }
    for (;;) {
      const decision = rule(view, command)
      if (decision.kind === 'need') view = await this.#read(tx, view, { need: decision.need, stored })
      else if (decision.kind === 'establish') view = { ...view, head: decision.head }
      else if (decision.kind === 'reread') view = { ...view, dead: decision.dead }
      else return { decision, id: stored?.id ?? null, head: view.head ?? null }
    }
  }

  async #read(
    tx: SqlTransaction,
    view: View,
    { need, stored }: { need: Need; stored: Stored<Head> | null },
  ): Promise<View> {
    const { command } = this.#parts
    if (need.kind === 'version') {
      return { ...view, versions: await this.#readVersions(tx, view.versions, { n: need.n, stored }) }
    }
    if (need.kind !== 'digest' || command.kind !== 'log') throw new Error(`the rule needs ${need.kind} out of turn`)
    const row = stored && (await tx.get('newestWithDigest', { artifact: stored.id, digest: command.digest }))
    return { ...view, indexed: row && countIn(row, 'n') }
  }

  /**
   * A deletion looks downwards, one by one, for the newest live version: twice as many are read each time, as any number of
   * them may be tombstones and the lock is held.
   */
  async #readVersions(
    tx: SqlTransaction,
    known: View['versions'],
    { n, stored }: { n: number; stored: Stored<Head> | null },
  ): Promise<View['versions']> {
    const { command } = this.#parts
    const found = new Map(known).set(n, null)
    if (stored === null) return found
    const from = command.kind === 'delete' ? Math.max(0, n + 1 - Math.max(1, known.size)) : n
    for (const row of await tx.all('allVersions', { artifact: stored.id, from, before: n + 1 })) {
      const record = versionIn(row, stored.head.type)
      found.set(record.n, record)
    }
    return found
  }

  async #carryOut(tx: SqlTransaction, { decision, id: known, head }: Decided): Promise<Step> {
    const { context, key } = this.#parts
    if (head === null) throw new Error('nothing is done to an artifact that is not there')
    const id = known ?? (await addArtifact(tx, key, { head, now: context.clock.now() }))
    switch (decision.kind) {
      case 'create': {
        const { version } = decision
        const counted = countVersion(head, version)
        await addVersion(tx, id, version)
        await changeHead(tx, { id, head }, counted)
        const answer = loggedAs(counted.head, { n: version.n, created: true, record: version })
        return { kind: 'answered', answer }
      }
      case 'advance':
        if (decision.tombstone !== null) await tx.run('endVersion', { artifact: id, n: decision.tombstone })
        await changeHead(tx, { id, head }, decision.change)
        return { kind: 'answered', answer: decision.answer }
      case 'refuse':
        if (decision.record !== null) await changeHead(tx, { id, head }, decision.record)
        return { kind: 'refused', refusal: decision.refusal }
      case 'answer':
        return { kind: 'answered', answer: decision.answer }
    }
  }
}

/** Whether the artifact has its row. A history may begin with an artifact that has no version yet. */
function isUnchanged({ id, head }: Decided): boolean {
  return id !== null || head === null
}

async function addVersion(tx: SqlTransaction, artifact: number, version: VersionRecord): Promise<void> {
  const { n, digest, opId, run, draft, derivedFrom, sizeBytes, fileCount, metadataDigest, description } = version
  const fields = { artifact, n, digest, opId, sizeBytes, fileCount, metadataDigest, description }
  await tx.run('addVersion', {
    ...fields,
    ...runParams(run),
    supersede: version.supersede ? 1 : 0,
    aliases: JSON.stringify(version.aliases),
    draft: draft?.id ?? null,
    round: draft?.round ?? null,
    derivedProject: derivedFrom?.project ?? null,
    derivedArtifact: derivedFrom?.artifact ?? null,
    derivedN: derivedFrom?.n ?? null,
    at: version.createdAt,
    metadata: metadataParam(version.metadata),
  })
}
