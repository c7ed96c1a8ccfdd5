import { A, Aa, AB, EXECUTION, DECIDE, log, supersede, move, remove, removeAll, writers, scenario } from './mutant.ts'
import type { Mutant } from './mutant.ts'

/** Deletion: the mark, the tombstone, and what `latest` falls back to. */
export const DELETION_MUTANTS: readonly Mutant[] = [
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
  if (record === null) return refuse(missingVersion(n))
  return record.deleted ? refuse(versionNotFound(n, 'was deleted')) : null`,
        replace: 'return null',
      },
    ],
    scenario: scenario(AB, writers([move('a', 0)], [remove(0)])),
  },
  {
    name: 'drop_mark_without_tombstone',
    breaks: 'I6',
    patches: [
      {
        file: EXECUTION,
        find: 'if (head.deleting !== null && head.deleting !== this.#buried) await this.#bury(head.deleting)',
        replace: '',
      },
    ],
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
        find: 'import { attempt, isUnanswered }',
        replace: "import { versionKey } from './keys.ts'\nimport { attempt, isUnanswered }",
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
