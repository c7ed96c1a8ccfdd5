import { EXECUTION, HEAD, log, move, writers, scenario } from './mutant.ts'
import type { Mutant } from './mutant.ts'

/** The history of alias moves. */
export const MOVE_MUTANTS: readonly Mutant[] = [
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
        find: "isUnanswered(await attempt(() => documents.writeHistory(key, history, {}))) ? 'again' : 'there'",
        replace: "isUnanswered(await attempt(() => documents.writeHistory(key, history, {}))) ? 'there' : 'there'",
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
        find: 'if (!head) return []\n      const pages = (await keysBelow(objects, historyPrefix(key), options)).filter((page) => PAGE.test(page))',
        replace: 'if (!head) return []',
      },
    ],
    scenario: scenario([log('A', 'ab')], writers([move('a', null)], [{ kind: 'moves' }]), { moves: 2 }),
  },
]
