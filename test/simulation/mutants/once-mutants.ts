import { A, Aa, AB, ABa, EXECUTION, DECIDE, HEAD, log, move, removeAll, writers, shared, scenario } from './mutant.ts'
import type { Mutant } from './mutant.ts'

/** Exactly once: what head remembers, and what an executor may conclude from it. */
export const ONCE_MUTANTS: readonly Mutant[] = [
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
        find: "if (command.delivery !== 'resent') return refuse(refusal)\n  return { kind: 'refuse', refusal, record:",
        replace: "if (command) return refuse(refusal)\n  return { kind: 'refuse', refusal, record:",
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
