import type { Patch } from './build.ts'
import type { Operation, Scenario, Step } from './scenario.ts'

/** A way to get the protocol wrong, as a patch of the source, and the situation in which it shows. */
export interface Mutant {
  /** Its name in protocol.md, "What goes wrong if you skip this"; there twice: with its store before it. */
  readonly name: string
  /** The invariant whose violation is to be found. */
  readonly breaks: string
  readonly patches: readonly Patch[]
  readonly scenario: Scenario
}

const EXECUTION = 'src/protocol/execution.ts'
const BATCH = 'src/protocol/batch-execution.ts'
const INDEXES = 'src/protocol/indexes.ts'
const DECIDE = 'src/domain/decide.ts'
const HEAD = 'src/domain/head.ts'

type Log = Omit<Extract<Operation, { kind: 'log' }>, 'kind' | 'content' | 'aliases'>

const log = (content: string, aliases = '', more: Log = {}): Operation => {
  return { kind: 'log', content, aliases: [...aliases], ...more }
}
const supersede = (content: string): Operation => log(content, '', { supersede: true })
const move = (alias: string, to: number | null, expect?: number): Operation => {
  return { kind: 'setAlias', alias, to, ...(expect === undefined ? {} : { expect }) }
}
const remove = (n: number): Operation => ({ kind: 'delete', n })
const removeAll = (n: number): Operation => ({ kind: 'delete', n, withAliases: true })

/** Writers by their operations; every command has an id of its own and one executor. */
function writers(...operations: readonly (readonly Operation[])[]): Step[][] {
  return operations.map((list, writer) =>
    list.map((operation, step): Step => ({ id: `w${writer + 1}.${step + 1}`, operation, delivery: 'alone' })),
  )
}

/** Two executors of one command, and a third writer. */
function shared(operation: Operation, first: 'first' | 'resent', ...others: readonly Operation[]): Step[][] {
  return [
    [{ id: 'shared', operation, delivery: first }],
    [{ id: 'shared', operation, delivery: 'resent' }],
    ...writers(others),
  ]
}

function scenario(start: readonly Operation[], steps: Step[][], more: Partial<Scenario> = {}): Scenario {
  const limits = { recent: 128, moves: 32, faults: 0, crashes: 0, everyRequest: false }
  return { flavour: 'native', start, writers: steps, ...limits, ...more }
}

const A = [log('A')]
const Aa = [log('A', 'a')]
const AB = [log('A'), log('B')]
const ABa = [log('A'), log('B', 'a')]

/** Log, and the head and version steps of one command. */
const LOGS: readonly Mutant[] = [
  {
    name: 'no_roll_forward',
    breaks: 'alias register',
    patches: [
      {
        file: EXECUTION,
        find: 'if (found === null) return seen',
        replace: 'if (found === null || this.#mine === null) return seen',
      },
    ],
    scenario: scenario(A, writers([log('B', 'a')], [move('a', 0)])),
  },
  {
    name: 'digests_before_head',
    breaks: 'I3',
    patches: [
      { file: EXECUTION, find: '#mustSettle = false', replace: '#mustSettle = false\n  #early' },
      {
        file: EXECUTION,
        find: 'const seen = this.#prepared === undefined ?',
        replace: `if (command.kind === 'log' && this.#early === undefined) {
          this.#early = (await documents.readIndex(key, command.digest, options))?.value ?? null
        }
        const seen = this.#prepared === undefined ?`,
      },
      {
        file: EXECUTION,
        find: 'settled, indexed: undefined, versions',
        replace: 'settled, indexed: this.#early, versions',
      },
    ],
    scenario: scenario([], writers([log('A')], [log('A'), log('B')])),
  },
  {
    name: 'aliases_outside_cas',
    breaks: 'I4',
    patches: [
      { file: HEAD, find: '[...kept, ...version.aliases.map((alias) => [alias, n] as const)]', replace: 'kept' },
      { file: EXECUTION, find: 'import { countVersion }', replace: 'import { advanceHead, countVersion }' },
      {
        file: EXECUTION,
        find: 'const counted = await this.#count(seen, version)',
        replace: `let counted = await this.#count(seen, version)
        while (isSeen(counted) && version.aliases.some((alias) => counted.value.aliases[alias] !== version.n)) {
          const now = await this.#parts.documents.readHead(this.#parts.key, {})
          const added = Object.fromEntries(version.aliases.map((alias) => [alias, version.n]))
          const record = { opId: version.opId, result: version.n, at: version.createdAt, run: version.run }
          const change = advanceHead(now.value, record, { aliases: { ...now.value.aliases, ...added } })
          const swapped = await this.#swap(now, change)
          if (typeof swapped === 'object') counted = { value: change.head, proof: swapped.proof }
        }`,
      },
    ],
    scenario: scenario(A, writers([log('B', 'a')], [move('a', 0)])),
  },
  {
    name: 'reapply_stale_doc',
    breaks: 'I4',
    patches: [
      {
        file: EXECUTION,
        find: 'await documents.syncHead(key, seen.proof, {})\n      return',
        replace: `const again = countVersion(head, (await documents.readVersion(key, this.#mine, {})).value)
        const { next, latest } = head
        await this.#swap(seen, { ...again, head: { ...again.head, next, latest } })
        return`,
      },
    ],
    scenario: scenario(A, writers([log('B', 'a')], [move('a', 0)]), { recent: 1 }),
  },
  {
    name: 'unknown_is_failure_cleanup',
    breaks: 'durability',
    patches: [
      {
        file: EXECUTION,
        find: 'import { attempt }',
        replace: "import { versionKey } from './keys.ts'\nimport { attempt }",
      },
      {
        file: EXECUTION,
        find: "if (answer === 'unknown') this.#open = true",
        replace: `if (answer === 'unknown') {
          await context.objects.delete([versionKey(key, version.n)], {})
          throw new LadingError('UNAVAILABLE', { detail: 'the version was not written' })
        }`,
      },
    ],
    scenario: scenario([], shared(log('A'), 'resent'), { faults: 1 }),
  },
  {
    name: 'next_number_after_unknown',
    breaks: 'I2',
    patches: [
      {
        file: EXECUTION,
        find: "if (answer === 'unknown') this.#open = true",
        replace: `if (answer === 'unknown') {
          version = { ...version, n: version.n + 1 }
          return 'again'
        }`,
      },
    ],
    scenario: scenario([], writers([log('A')], [log('B')]), { faults: 1 }),
  },
  {
    name: 'unknown_version_is_success',
    breaks: 'durability',
    patches: [
      {
        file: EXECUTION,
        find: "if (answer === 'unknown') this.#open = true",
        replace: "if (answer === 'unknown') return version",
      },
    ],
    scenario: scenario([], writers([log('A')], [log('B')]), { faults: 1 }),
  },
  {
    name: 'unknown_index_is_success',
    breaks: 'I1',
    patches: [
      {
        file: INDEXES,
        find: "documents.writeIndex(key, entry, {}))) === 'ok'",
        replace: "documents.writeIndex(key, entry, {}))) !== 'lost'",
      },
      { file: INDEXES, find: "if (answer === 'unknown') return 'again'", replace: '' },
    ],
    scenario: scenario([], writers([log('A')], [log('B')]), { faults: 1 }),
  },
  {
    name: 'head_before_index',
    breaks: 'I1',
    patches: [
      { file: EXECUTION, find: 'await writeIndexes(context, documents, { key, record: version })\n', replace: '' },
      {
        file: EXECUTION,
        find: 'const swapped = await this.#swap(seen, change)\n    return swapped',
        replace: `const swapped = await this.#swap(seen, change)
        await writeIndexes(context, documents, { key, record: version })
        return swapped`,
      },
    ],
    scenario: scenario([], writers([log('A')], [log('B')])),
  },
  {
    name: 'no_repoint',
    breaks: 'I1',
    patches: [{ file: INDEXES, find: 'if (seen === null || seen.value < n)', replace: 'if (seen === null)' }],
    scenario: scenario(AB, writers([log('A')], [removeAll(0)])),
  },
  {
    name: 'dedupe_ahead_of_head',
    breaks: 'read your own log',
    patches: [
      {
        file: DECIDE,
        find: "if (m >= head.next) return { kind: 'reread', dead: null }",
        replace: `if (m >= head.next) {
          const ahead = view.versions.get(m)
          return ahead === undefined ? need({ kind: 'version', n: m }) : decideHit(head, command, { n: m, opId: ahead.opId, record: ahead })
        }`,
      },
    ],
    scenario: scenario(A, writers([log('B')], [log('B')])),
  },
  {
    name: 'ack_before_head',
    breaks: 'read your own log',
    patches: [
      {
        file: EXECUTION,
        find: 'const counted = await this.#count(seen, version)',
        replace: `const { context, documents, key } = this.#parts
        await writeIndexes(context, documents, { key, record: version })
        const counted = seen`,
      },
    ],
    scenario: scenario(A, writers([log('B')], [log('C')])),
  },
  {
    name: 'own_id_not_checked',
    breaks: 'I7',
    patches: [
      {
        file: EXECUTION,
        find: "return (await this.#findVersion(version.n)) ?? 'again'",
        replace: `const there = await this.#findVersion(version.n)
        return there === null ? 'again' : { ...there, opId: '' }`,
      },
      { file: DECIDE, find: 'if (found.opId === command.opId) return answer(loggedAs(head, { n: m, created: true, record: found }))', replace: '' },
    ],
    scenario: scenario([], writers([log('A', 'a')], [removeAll(0)]), { faults: 1, recent: 1 }),
  },
  {
    name: 'blind_put_version',
    breaks: 'durability',
    patches: [
      {
        file: 'src/protocol/documents.ts',
        find: 'const answer = await objects.putIfAbsent(versionKey(key, record.n), encodeDocument(record), options)',
        replace: 'const answer = await objects.put(versionKey(key, record.n), encodeDocument(record), options)',
      },
    ],
    scenario: scenario(A, writers([log('B')], [log('C')])),
  },
  {
    name: 'no_type_reread',
    breaks: 'I5',
    patches: [
      {
        file: EXECUTION,
        find: "return answer === 'unknown' ? 'again' : 'at once'",
        replace: `const now = typeof answer === 'object' ? answer : await documents.readHead(key, options)
        return this.#decideUnder({ value: head, proof: now.proof }, this.#view(head), options)`,
      },
    ],
    scenario: scenario([], writers([log('A')], [log('B', '', { type: 'dataset' })])),
  },
  {
    name: 'relog_moves_latest',
    breaks: 'I5',
    patches: [
      {
        file: DECIDE,
        find: 'description: command.description ?? head.description }',
        replace: 'description: command.description, latest: { n, digest: command.digest, opId } }',
      },
    ],
    scenario: scenario(AB, writers([log('A', 'a')], [log('A')])),
  },
  {
    name: 'supersede_dedupes',
    breaks: 'I3',
    patches: [{ file: DECIDE, find: 'if (command.supersede) return create(head, command)', replace: '' }],
    scenario: scenario(A, writers([supersede('A')], [log('B')])),
  },
  {
    name: 'dedupe_below_floor',
    breaks: 'I3',
    patches: [{ file: DECIDE, find: 'if (m === null || m < head.floor ||', replace: 'if (m === null ||' }],
    scenario: scenario(ABa, writers([supersede('C'), log('A')], [log('A', 'b')])),
  },
  {
    name: 'floor_keeps_aliases',
    breaks: 'I6',
    patches: [{ file: HEAD, find: '.filter(([, target]) => target >= floor)', replace: '' }],
    scenario: scenario(Aa, writers([supersede('A')], [log('B')])),
  },
]

/** Deletion: the mark, the tombstone, and what `latest` falls back to. */
const DELETIONS: readonly Mutant[] = [
  {
    name: 'dedupe_without_liveness',
    breaks: 'delete',
    patches: [{ file: DECIDE, find: 'if (!found.deleted) return', replace: 'return' }],
    scenario: scenario(AB, writers([removeAll(0), log('A')], [log('C')])),
  },
  {
    name: 'latest_keeps_deleted',
    breaks: 'I6',
    patches: [{ file: DECIDE, find: 'latest: fallback.latest, deleting: n', replace: 'deleting: n' }],
    scenario: scenario(AB, writers([removeAll(1)], [log('A')])),
  },
  {
    name: 'fallback_not_reread',
    breaks: 'I6',
    patches: [
      { file: EXECUTION, find: '#mustSettle = false', replace: '#mustSettle = false\n  #below = new Map()' },
      {
        file: EXECUTION,
        find: 'return { ...view, versions: new Map(view.versions).set(need.n, found?.value ?? null) }',
        replace: `if (command.kind === 'delete' && need.n !== command.n) this.#below.set(need.n, found?.value ?? null)
        return { ...view, versions: new Map(view.versions).set(need.n, found?.value ?? null) }`,
      },
      { file: EXECUTION, find: 'versions: new Map(), dead', replace: 'versions: new Map(this.#below), dead' },
    ],
    scenario: scenario(AB, writers([remove(0)], [removeAll(1)])),
  },
  {
    name: 'delete_without_mark',
    breaks: 'I6',
    patches: [
      {
        file: DECIDE,
        find: 'const fallback = head.latest?.n === n ?',
        replace: `if (!Object.values(head.aliases).includes(n)) return answer(DONE, n)
        const fallback = head.latest?.n === n ?`,
      },
    ],
    scenario: scenario(AB, writers([move('a', 0)], [remove(0)])),
  },
  {
    name: 'alias_without_liveness',
    breaks: 'I6',
    patches: [
      {
        file: DECIDE,
        find: `if (record === undefined) return need({ kind: 'version', n })
  return record === null || record.deleted ? refuse(versionNotFound(n, 'was deleted')) : null`,
        replace: 'return null',
      },
    ],
    scenario: scenario(AB, writers([move('a', 0)], [remove(0)])),
  },
  {
    name: 'drop_mark_without_tombstone',
    breaks: 'I6',
    patches: [{ file: EXECUTION, find: 'if (head.deleting !== null && head.deleting !== this.#buried) await this.#bury(head.deleting)', replace: '' }],
    scenario: scenario(AB, writers([move('a', 0)], [remove(0)])),
  },
  {
    name: 'delete_without_roll',
    breaks: 'I6',
    patches: [
      {
        file: DECIDE,
        find: `if (!view.settled) return need({ kind: 'settled' })
  if (n >= head.next) return refuseCommand(head, command, versionNotFound(n, 'does not exist'))`,
        replace: '',
      },
      {
        file: DECIDE,
        find: 'const pointing = Object.keys(',
        replace: 'if (n >= head.next) return answer(DONE, n)\n  const pointing = Object.keys(',
      },
    ],
    scenario: scenario(A, writers([log('B', 'b')], [removeAll(1)])),
  },
  {
    name: 'delete_removes_key',
    breaks: 'I1',
    patches: [
      {
        file: EXECUTION,
        find: 'import { attempt }',
        replace: "import { versionKey } from './keys.ts'\nimport { attempt }",
      },
      {
        file: EXECUTION,
        find: 'documents.buryVersion(key, found, {})',
        replace: 'context.objects.delete([versionKey(key, n)], {})',
      },
    ],
    scenario: scenario(AB, writers([remove(0)], [log('C')])),
  },
  {
    name: 'tombstone_without_opid',
    breaks: 'I7',
    patches: [
      {
        file: 'src/domain/version.ts',
        find: 'return { ...record, deleted: true }',
        replace: "return { ...record, opId: '', deleted: true }",
      },
    ],
    scenario: scenario([], writers([log('A', 'a')], [removeAll(0)]), { faults: 1, recent: 1 }),
  },
  {
    name: 'alias_below_floor',
    breaks: 'I6',
    patches: [
      { file: DECIDE, find: "if (n < head.floor) return refuse(versionNotFound(n, 'was superseded'))", replace: '' },
    ],
    scenario: scenario(Aa, writers([supersede('B')], [move('b', 0)])),
  },
]

/** Exactly once: what head remembers, and what an executor may conclude from it. */
const ONCE: readonly Mutant[] = [
  {
    name: 'head_without_rev',
    breaks: 'I7',
    patches: [],
    scenario: scenario([log('A', 'a'), log('B')], writers([move('a', 1)], [move('a', 0)]), {
      faults: 1,
      blindEtags: true,
    }),
  },
  {
    name: 'no_opid_ring',
    breaks: 'I7',
    patches: [
      {
        file: HEAD,
        find: 'recent: [{ opId: change.opId, rev, result: change.result }, ...head.recent].slice(0, RECENT_MAX)',
        replace: 'recent: []',
      },
    ],
    scenario: scenario(Aa, writers([move('a', 0)], [move('a', null)]), { faults: 1 }),
  },
  {
    name: 'ring_of_one_means_lost',
    breaks: 'I7',
    patches: [{ file: EXECUTION, find: 'if (this.#base === null) this.#base = seen.value.rev', replace: '' }],
    scenario: scenario(Aa, writers([move('a', 0)], [move('a', null)]), { faults: 1, recent: 1 }),
  },
  {
    name: 'trust_412',
    breaks: 'I7',
    patches: [
      { file: EXECUTION, find: '#mustSettle = false', replace: '#mustSettle = false\n  #trusting = false' },
      {
        file: EXECUTION,
        find: 'return { head, base: this.#base,',
        replace: 'return { trusting: this.#trusting, head, base: this.#base,',
      },
      {
        file: EXECUTION,
        find: "if (swapped === 'lost' || swapped === 'unknown') return looked ? 'again' : 'at once'",
        replace: `if (swapped === 'lost') {
          this.#unresolved = null
          this.#base = null
          this.#trusting = true
          return 'at once'
        }
        if (swapped === 'unknown') return looked ? 'again' : 'at once'`,
      },
      {
        file: DECIDE,
        find: 'const recorded = recordedResult(head, command.opId)',
        replace: 'const recorded = view.trusting ? undefined : recordedResult(head, command.opId)',
      },
    ],
    scenario: scenario(Aa, writers([move('a', 0)], [move('a', null)]), { faults: 1 }),
  },
  {
    name: 'replay_moves_aliases',
    breaks: 'I7',
    patches: [
      {
        file: DECIDE,
        find: 'const recorded = recordedResult(head, command.opId)',
        replace: "const recorded = command.delivery === 'resent' ? undefined : recordedResult(head, command.opId)",
      },
    ],
    scenario: scenario(Aa, shared(move('a', 0), 'first', move('a', null))),
  },
  {
    name: 'noop_without_record',
    breaks: 'I7',
    patches: [
      {
        file: DECIDE,
        find: "if (current === command.n && command.delivery === 'alone') return answer(DONE)",
        replace: 'if (current === command.n) return answer(DONE)',
      },
    ],
    scenario: scenario(Aa, shared(move('a', 0), 'first', move('a', null))),
  },
  {
    name: 'redecide_while_unresolved',
    breaks: 'I7',
    patches: [
      {
        file: EXECUTION,
        find: 'if (this.#unresolved) return this.#resolve(seen, this.#unresolved)',
        replace: 'this.#unresolved = null',
      },
    ],
    scenario: scenario(A, writers([move('b', 0)], [removeAll(0)]), { faults: 1 }),
  },
  {
    name: 'no_base_rev',
    breaks: 'I7',
    patches: [
      {
        file: EXECUTION,
        find: "this.#base = parts.command.delivery === 'alone' ? null : parts.command.baseRev",
        replace: 'this.#base = null',
      },
    ],
    scenario: scenario(ABa, shared(move('a', 0), 'resent', move('a', 1)), { recent: 1 }),
  },
  {
    name: 'tombstone_at_old_head',
    breaks: 'I7',
    patches: [
      {
        file: DECIDE,
        find: "return { kind: 'reread', dead: m }",
        replace: 'return create(head, command)',
      },
    ],
    scenario: scenario(AB, shared(log('A', 'b'), 'resent', removeAll(0))),
  },
  {
    name: 'fail_without_record',
    breaks: 'I7',
    patches: [
      {
        file: DECIDE,
        find: "if (command.delivery !== 'resent') return refuse(refusal)",
        replace: 'if (command) return refuse(refusal)',
      },
    ],
    scenario: scenario(ABa, shared(move('a', 0, 0), 'resent', move('a', 0))),
  },
  {
    name: 'expect_not_rechecked',
    breaks: 'expect',
    patches: [
      { file: EXECUTION, find: '#mustSettle = false', replace: '#mustSettle = false\n  #retried = false' },
      {
        file: EXECUTION,
        find: 'return { head, base: this.#base,',
        replace: 'return { retried: this.#retried, head, base: this.#base,',
      },
      {
        file: EXECUTION,
        find: 'const looked = this.#unresolved !== null',
        replace: 'const looked = this.#unresolved !== null\n    this.#retried = true',
      },
      {
        file: DECIDE,
        find: 'if (command.expect !== undefined &&',
        replace: 'if (!view.retried && command.expect !== undefined &&',
      },
    ],
    scenario: scenario(ABa, writers([move('a', 0, 1)], [move('a', null)])),
  },
  {
    name: 'blind_put_head',
    breaks: 'I5',
    patches: [
      {
        file: 'src/protocol/registers.ts',
        find: ': await objects.compareAndSwap(key, bytes, proof, options)',
        replace: ": (await objects.put(key, bytes, options), { etag: '' })",
      },
    ],
    scenario: scenario(A, writers([log('B')], [move('a', 0)])),
  },
]

/** Atomic commits. */
const BATCHES: readonly Mutant[] = [
  {
    name: 'batch no_parent_commit',
    breaks: 'durability',
    patches: [
      {
        file: BATCH,
        find: 'const commit = { ...options, parent, title: command.opId }',
        replace: 'const commit = { ...options, parent: await context.objects.batch.tip({}), title: command.opId }',
      },
      { file: BATCH, find: "precondition: 'ifAbsent' as const", replace: "precondition: 'none' as const" },
    ],
    scenario: scenario(A, writers([log('B')], [log('C')]), { flavour: 'batch' }),
  },
  {
    name: 'batch unpinned_read',
    breaks: 'durability',
    patches: [
      {
        file: BATCH,
        find: 'return this.#commit(parent, plan, options)',
        replace: 'return this.#commit(await context.objects.batch.tip({}), plan, options)',
      },
      { file: BATCH, find: "precondition: 'ifAbsent' as const", replace: "precondition: 'none' as const" },
    ],
    scenario: scenario(A, writers([log('B')], [log('C')]), { flavour: 'batch' }),
  },
  {
    name: 'batch unknown_is_failure',
    breaks: 'I7',
    patches: [
      {
        file: BATCH,
        find: "if (isLadingError(error, 'UNKNOWN_OUTCOME')) this.#open = true",
        replace:
          "if (isLadingError(error, 'UNKNOWN_OUTCOME')) throw new LadingError('UNAVAILABLE', { detail: 'lost' })",
      },
    ],
    scenario: scenario(A, writers([log('B')], [log('C')]), { flavour: 'batch', faults: 1 }),
  },
  {
    name: 'batch retry_without_lookup',
    breaks: 'I7',
    patches: [
      {
        file: BATCH,
        find: 'if (since.some((commit) => commit.title === command.opId))',
        replace: 'if (since.length < 0)',
      },
    ],
    scenario: scenario(Aa, writers([move('a', null, 0)], [move('b', 0)]), { flavour: 'batch', faults: 1, recent: 1 }),
  },
  {
    name: 'batch trust_412',
    breaks: 'I7',
    patches: [
      {
        file: BATCH,
        find: "=== 'stale' ? 'open' : 'ok'",
        replace: "=== 'stale' ? 'stale' : 'ok'",
      },
      {
        file: BATCH,
        find: "if (answer === 'ok') return plan.outcome",
        replace: "if (answer === 'ok') return plan.outcome\n      if (answer === 'stale') return 'again'",
      },
    ],
    scenario: scenario(Aa, writers([move('a', null, 0)], [move('b', 0)]), { flavour: 'batch', faults: 1, recent: 1 }),
  },
]

/** The history of alias moves. */
const MOVES: readonly Mutant[] = [
  {
    name: 'only_what_drops_out',
    breaks: 'history',
    patches: [
      {
        file: HEAD,
        find: 'const flush = moves.length > 0 && head.moves.length >= MOVES_MAX',
        replace: 'const drop = Math.max(0, Math.min(head.moves.length, head.moves.length + moves.length - MOVES_MAX))',
      },
      {
        file: HEAD,
        find: 'moves: flush ? moves : [...head.moves, ...moves]',
        replace: 'moves: [...head.moves.slice(drop), ...moves]',
      },
      {
        file: HEAD,
        find: 'history: flush ? head.moves : null',
        replace: 'history: drop > 0 ? head.moves.slice(0, drop) : null',
      },
    ],
    scenario: scenario([log('A', 'ab')], writers([move('a', null)], [log('B', 'ab')]), { moves: 2 }),
  },
  {
    name: 'history_after_head',
    breaks: 'history',
    patches: [
      {
        file: EXECUTION,
        find: 'if (history !== null) {',
        replace: `const swapped = await attempt(() => documents.swapHead(key, head, seen.proof, {}))
        if (typeof swapped === 'object' && history !== null) {`,
      },
      {
        file: EXECUTION,
        find: 'return attempt(() => documents.swapHead(key, head, seen.proof, {}))',
        replace: 'return swapped',
      },
    ],
    scenario: scenario([log('A', 'ab')], writers([move('a', null)], [move('b', null)]), { moves: 2 }),
  },
  {
    name: 'unknown_history_is_success',
    breaks: 'history',
    patches: [
      {
        file: EXECUTION,
        find: "documents.writeHistory(key, history, {}))) === 'unknown' ? 'again' : 'there'",
        replace: "documents.writeHistory(key, history, {}))) === 'unknown' ? 'there' : 'there'",
      },
    ],
    scenario: scenario([log('A', 'ab')], writers([move('a', null)], [move('b', null)]), { moves: 2, faults: 1 }),
  },
  {
    name: 'list_before_head',
    breaks: 'history',
    patches: [
      {
        file: 'src/protocol/moves.ts',
        find: 'const head = (await documents.readHead(key, options))?.value',
        replace: `const pages = await keysBelow(objects, historyPrefix(key), options)
        const head = (await documents.readHead(key, options))?.value`,
      },
      {
        file: 'src/protocol/moves.ts',
        find: 'if (!head) return []\n      const pages = await keysBelow(objects, historyPrefix(key), options)',
        replace: 'if (!head) return []',
      },
    ],
    scenario: scenario([log('A', 'ab')], writers([move('a', null)], [{ kind: 'moves' }]), { moves: 2 }),
  },
]

/** Every mutant of protocol.md but those of gc and drafts, which come with these. */
export const MUTANTS: readonly Mutant[] = [...LOGS, ...DELETIONS, ...ONCE, ...BATCHES, ...MOVES]
