import type { Head } from '../../src/domain/head.ts'
import type { Result } from './process.ts'
import type { Outcome } from './simulated-store.ts'

/** Faults in words. */
export const FAULT_WORDS: Partial<Record<Outcome, string>> = {
  unanswered: 'UNKNOWN_OUTCOME, it landed',
  refused: 'refused, though it landed',
  late: 'UNKNOWN_OUTCOME, not landed yet',
  unavailable: 'UNAVAILABLE, not landed',
}

/** What a step came to, in words. */
export function showResult(result: Result): string {
  if ('error' in result) return String(result.error)
  if ('moves' in result) return `${result.moves.length} moves`
  const answer = 'draft' in result ? result.draft : result.answer
  if (!('n' in answer)) return answer.kind
  const { n, created } = answer
  return n === null ? 'ok' : `ok, ${created ? 'made' : 'found'} v${n}`
}

/** A head in one line. */
export function showHead(head: Head | null): string {
  if (head === null) return '(no head)'
  const { rev, next, floor, aliases, latest, deleting } = head
  const pointers = Object.entries(aliases).map(([alias, n]) => `${alias}=${n}`)
  const marks = [...(floor > 0 ? [`floor=${floor}`] : []), ...(deleting === null ? [] : [`deleting=${deleting}`])]
  return `(rev=${[rev, `next=${next}`, `latest=${latest?.n ?? 'none'}`, ...pointers, ...marks].join(' ')})`
}
