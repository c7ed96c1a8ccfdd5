import {
  A,
  Aa,
  AB,
  ABa,
  EXECUTION,
  INDEXES,
  DECIDE,
  HEAD,
  log,
  supersede,
  move,
  removeAll,
  writers,
  shared,
  scenario,
} from './mutant.ts'
import type { Mutant } from './mutant.ts'

/** Log, and the head and version steps of one command. */
export const LOG_MUTANTS: readonly Mutant[] = [
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
        find: 'import { attempt, isUnanswered }',
        replace: "import { versionKey } from './keys.ts'\nimport { attempt, isUnanswered }",
      },
      {
        file: EXECUTION,
        find: "if (answer !== 'not now') this.#open = true",
        replace: `if (answer === 'unknown') {
          await context.objects.delete([versionKey(key, version.n)], {})
          throw refusalError({ code: 'UNAVAILABLE', detail: 'the version was not written', next: '' })
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
        find: "if (answer !== 'not now') this.#open = true",
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
        find: "if (answer !== 'not now') this.#open = true",
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
        find: "if (answer === 'ok') return 'there'",
        replace: "if (answer !== 'lost') return 'there'",
      },
      { file: INDEXES, find: "if (isUnanswered(answer)) return 'again'", replace: '' },
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
        find: "const swapped = await this.#swap(seen, change)\n    if (swapped === 'not now') return 'again'",
        replace: `const swapped = await this.#swap(seen, change)
        await writeIndexes(context, documents, { key, record: version })`,
      },
    ],
    scenario: scenario([], writers([log('A')], [log('B')])),
  },
  {
    name: 'no_repoint',
    breaks: 'I1',
    patches: [{ file: INDEXES, find: 'if (seen !== null && seen.value >= n)', replace: 'if (seen !== null)' }],
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
      {
        file: DECIDE,
        find: 'if (found.opId === command.opId) return answer(loggedAs(head, { n: m, created: true, record: found }))',
        replace: '',
      },
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
        find: "return isUnanswered(answer) ? 'again' : 'at once'",
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
