import type { Head, Move } from '../../src/domain/head.ts'
import type { VersionRecord } from '../../src/domain/version.ts'
import { derivedKey, runEdgeKey } from '../../src/protocol/keys.ts'
import { ARTIFACT, contentOf } from './scenario.ts'
import type { StoredDocuments } from './stored-documents.ts'

/**
 * What was violated:
 *
 * - `I1`: what head counts is there, with all its index documents, so that no read of an index needs a scan.
 * - `I2`: versions are dense; a number never changes its content, but for its tombstone.
 * - `I3`: no two live versions have one digest.
 * - `I4`: the aliases and the floor of a version take effect once, when head counts it.
 * - `I5`: rev, next and floor never go down, a type never changes, `latest` goes down with its version alone.
 * - `I6`: no alias points at what is not live; `latest` is the newest live version, or none.
 * - `I7`: a command takes effect once at the most: exactly once if it was acknowledged, never if it was refused.
 * - `progress`: a writer cannot go on, or gives up without need. `recovery`: a fresh writer leaves something half done.
 * - Any other word tells by itself what a mutant breaks.
 */
export interface Violation {
  readonly invariant: string
  readonly detail: string
}

/** Invariants of one state, without regard to how it came about. */
export function violationsOf(stored: StoredDocuments): Violation[] {
  return [...numbering(stored), ...oneLiveVersionADigest(stored), ...indexDocuments(stored), ...pointers(stored)]
}

function* numbering({ head, versions }: StoredDocuments): Generator<Violation> {
  for (let n = 0; n < versions.size; n++) {
    if (!versions.has(n))
      yield { invariant: 'I2', detail: `there are ${versions.size} versions, but v${n} is not there` }
  }
  const next = head?.next ?? 0
  if (next < versions.size - 1) yield { invariant: 'I2', detail: `${versions.size} versions, but head.next is ${next}` }
  for (let n = 0; n < next; n++) {
    if (!versions.has(n)) yield { invariant: 'I1', detail: `head counts v${n}, which is not there` }
  }
  const odd = [...versions.values()].find(({ type }) => type !== head?.type)
  if (odd) yield { invariant: 'I5', detail: `v${odd.n} has type ${odd.type}, the artifact ${head?.type}` }
}

/** A supersede ends what is below it when it is created, counted or not. */
function* oneLiveVersionADigest({ head, versions }: StoredDocuments): Generator<Violation> {
  const all = [...versions.values()]
  const end = Math.max(head?.floor ?? 0, ...all.filter(({ supersede }) => supersede).map(({ n }) => n))
  const live = new Map<string, number>()
  for (const { n, digest } of all.filter((version) => version.n >= end && !version.deleted)) {
    const other = live.get(digest)
    if (other !== undefined)
      yield { invariant: 'I3', detail: `v${other} and v${n} are live and both ${contentOf(digest)}` }
    live.set(digest, n)
  }
}

function* indexDocuments({ head, versions, indexes, has }: StoredDocuments): Generator<Violation> {
  for (const version of versions.values()) {
    if (head === null || version.n >= head.next) continue
    const { n, digest, run, derivedFrom } = version
    const m = indexes.get(digest)
    if (m === undefined || m < n || (isLive(head, version) && m !== n && !endsUncounted(head, versions.get(m)))) {
      yield {
        invariant: 'I1',
        detail: `v${n} is counted, but the index of ${contentOf(digest)} says ${m ?? 'nothing'}`,
      }
    }
    if (run && !has(runEdgeKey('out', run, { ...ARTIFACT, n }))) {
      yield { invariant: 'I1', detail: `v${n} is counted, but its run has no output edge` }
    }
    if (derivedFrom && !has(derivedKey(derivedFrom, { ...ARTIFACT, n }))) {
      yield { invariant: 'I1', detail: `v${n} is counted, but its derived edge is missing` }
    }
  }
}

function endsUncounted(head: Head, version: VersionRecord | undefined): boolean {
  return version !== undefined && version.n >= head.next && version.supersede
}

function* pointers({ head, versions }: StoredDocuments): Generator<Violation> {
  if (head === null) return
  for (const [alias, n] of Object.entries(head.aliases)) {
    if (!isLive(head, versions.get(n))) yield { invariant: 'I6', detail: `${alias} points at v${n}, which is not live` }
  }
  const newest = newestLive(head, versions)
  if ((head.latest?.n ?? null) !== newest) {
    yield {
      invariant: 'I6',
      detail: `latest is ${head.latest?.n ?? 'none'}, the newest live version ${newest ?? 'none'}`,
    }
  } else if (head.latest && head.latest.digest !== versions.get(head.latest.n)?.digest) {
    yield { invariant: 'I6', detail: `latest has another version's digest` }
  }
}

function newestLive(head: Head, versions: ReadonlyMap<number, VersionRecord>): number | null {
  for (let n = head.next - 1; n >= head.floor; n--) {
    if (n !== head.deleting && isLive(head, versions.get(n))) return n
  }
  return null
}

/** Whether a version is there and neither deleted nor below the floor. */
export function isLive(head: Head, version: VersionRecord | undefined): boolean {
  return version !== undefined && !version.deleted && version.n >= head.floor
}

/** The alias moves that a store tells of are those that happened, each once and whole. */
export function historyViolations({ head, pages }: StoredDocuments, happened: readonly Move[]): Violation[] {
  const told = new Map<string, string>()
  for (const move of [...[...pages.values()].flat(), ...(head?.moves ?? [])]) told.set(nameOf(move), showMove(move))
  const expected = new Map(happened.map((move) => [nameOf(move), showMove(move)]))
  const wrong = [...expected].find(([name, move]) => told.get(name) !== move)
  if (wrong)
    return [{ invariant: 'history', detail: `the move ${wrong[1]} is told as ${told.get(wrong[0]) ?? 'nothing'}` }]
  const invented = [...told].find(([name]) => !expected.has(name))
  return invented ? [{ invariant: 'history', detail: `the move ${invented[1]} never happened` }] : []
}

function nameOf({ rev, alias }: Move): string {
  return `${rev} ${alias}`
}

/** A move in one line. */
export function showMove({ rev, alias, from, to, opId }: Move): string {
  return `${alias}: ${from ?? 'none'} → ${to ?? 'none'} at rev ${rev} by #${opId}`
}
