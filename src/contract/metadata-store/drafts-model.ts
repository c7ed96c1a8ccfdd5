import type { ErrorCode } from '../../domain/errors.ts'
import type { PartFiles } from './drafts-context.ts'

/** What a call on a draft comes to: a version, that it was done, or the code of a refusal. */
export type DraftOutcome = number | 'done' | ErrorCode

interface Part {
  readonly order: number
  readonly run: string
  readonly files: PartFiles
}

interface Round {
  readonly parts: Part[]
  end: number | 'abandoned' | null
}

/**
 * What one draft means, told one call after the other: no documents, no races, no crashes.
 *
 * Paths have no folders here, and every part has the same type.
 */
export class DraftModel {
  /** The content of each version, and the runs it comes from. */
  readonly versions: { readonly files: PartFiles; readonly runs: Set<string> }[] = []
  readonly #rounds: Round[] = []

  /** The first round without a result. */
  get open(): number {
    const round = this.#rounds.findIndex(({ end }) => end === null)
    return round === -1 ? this.#rounds.length : round
  }

  /** How many parts wait for their finish. */
  get waiting(): number {
    return this.#rounds[this.open]?.parts.length ?? 0
  }

  /** A part; the one with the greater `order` is the later one. */
  upsert(round: number, part: Part): DraftOutcome {
    const { parts, end } = this.#round(round)
    const isThere = parts.some(({ order }) => order === part.order)
    if (end !== null) return isThere && end !== 'abandoned' ? 'done' : 'ALREADY_FINISHED'
    if (!isThere) parts.push(part)
    return 'done'
  }

  /** `closer`: the run that finishes. */
  finish(round: number, closer: string, onConflict: 'refuse' | 'last'): DraftOutcome {
    const found = this.#rounds[round]
    if (!found || found.parts.length === 0) return 'NOT_FOUND'
    if (found.end !== null) return found.end === 'abandoned' ? 'CONFLICT' : found.end
    const files = unionOf(found.parts, onConflict)
    if (files === null) return 'CONFLICT'
    found.end = this.#log(files, [...found.parts.map(({ run }) => run), closer])
    return found.end
  }

  /** Ends a round without a version. */
  abandon(round: number): DraftOutcome {
    const found = this.#rounds[round]
    if (!found || found.parts.length === 0) return 'NOT_FOUND'
    if (typeof found.end === 'number') return 'CONFLICT'
    found.end = 'abandoned'
    return 'done'
  }

  #log(files: PartFiles, runs: readonly string[]): number {
    const known = this.versions.findIndex((version) => showFiles(version.files) === showFiles(files))
    const n = known === -1 ? this.versions.push({ files, runs: new Set() }) - 1 : known
    for (const run of runs) this.versions[n]!.runs.add(run)
    return n
  }

  #round(round: number): Round {
    while (this.#rounds.length <= round) this.#rounds.push({ parts: [], end: null })
    return this.#rounds[round]!
  }
}

/** Each run's own paths first, as its later part has them; then those of all runs. null: they disagree. */
function unionOf(parts: readonly Part[], onConflict: 'refuse' | 'last'): PartFiles | null {
  const newest = new Map<string, { readonly order: number; readonly content: string }>()
  const sorted = parts.toSorted((a, b) => a.order - b.order)
  for (const path of new Set(sorted.flatMap(({ files }) => Object.keys(files)))) {
    const holders = sorted.filter(({ files }) => files[path] !== undefined)
    const own = new Map(holders.map((part) => [part.run, part]))
    const contents = new Set([...own.values()].map(({ files }) => files[path]))
    if (contents.size > 1 && onConflict === 'refuse') return null
    const last = holders.at(-1)!
    newest.set(path, { order: last.order, content: last.files[path]! })
  }
  return Object.fromEntries([...newest].map(([path, { content }]) => [path, content]))
}

function showFiles(files: PartFiles): string {
  return JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
}
