import { compareCodePoints } from './canonical-json.ts'
import type { Digest } from './digest.ts'
import { createManifest } from './manifest.ts'
import type { Entry, Manifest } from './manifest.ts'
import { sameMetadata } from './metadata.ts'
import type { Metadata } from './metadata.ts'
import { comparePaths } from './paths.ts'
import type { ArtifactKey, RunRef } from './version.ts'

/** A collaborative draft: any number of runs give it parts, one finish makes them a version. */
export interface DraftKey extends ArtifactKey {
  /** The distributed id, 1–512 characters. */
  readonly id: string
}

/** One round of a draft. Rounds count from 0; the next one opens when this one has its result. */
export interface DraftRound extends DraftKey {
  readonly round: number
}

/** What is done when parts of two runs hold different content under one path: `last` takes the later part's. */
export type OnConflict = 'refuse' | 'last'

/** What a part, or a finish, says of the version beside its content. */
export interface DraftFacts {
  readonly type: string
  readonly metadata: Metadata | null
  /** The blob of the metadata when it is too large for the document. */
  readonly metadataDigest: Digest | null
  readonly description: string | null
}

/** What one upsert gives to a round. Created once, never replaced. */
export interface DraftPart extends DraftFacts {
  /** Of the upsert. Sorts by time (UUIDv7): of two parts the later one has the greater id. */
  readonly opId: string
  readonly run: RunRef
  /** The manifest of this part's entries. */
  readonly manifest: Digest
  /** The clock of the run, ISO 8601 in UTC. */
  readonly at: string
}

/** What closed a round. Created once; whoever finishes later carries out this very intent. */
export type DraftClosing = FinishClosing | AbandonClosing

/** A finish: all that the log of the union needs, so that every executor logs the same. */
export interface FinishClosing extends DraftFacts {
  readonly kind: 'finish'
  readonly opId: string
  readonly baseRev: number
  readonly at: string
  readonly run: RunRef
  readonly aliases: readonly string[]
  readonly onConflict: OnConflict
}

/** The end of a round without a version. */
export interface AbandonClosing {
  readonly kind: 'abandon'
  readonly opId: string
  readonly at: string
  readonly run: RunRef | null
}

/** How a conflict is solved that came up after the round was closed. Created once, used by all. */
export interface DraftChoice {
  readonly onConflict: 'last'
}

/** How a round ended. */
export type DraftResult =
  /** `aliases`: `unknown` where a finisher died so long ago that nobody can tell whether its aliases were moved. */
  | { readonly kind: 'finished'; readonly n: number; readonly aliases: 'moved' | 'unknown' }
  | { readonly kind: 'abandoned' }

/** A part and its manifest. */
export interface ReadPart {
  readonly part: DraftPart
  readonly manifest: Manifest
}

/** All parts as one, or the first path in code-point order that two runs disagree on. */
export type Merged =
  | { readonly kind: 'union'; readonly manifest: Manifest }
  | { readonly kind: 'conflict'; readonly path: string; readonly runs: readonly RunRef[] }

interface Candidate {
  readonly opId: string
  readonly run: RunRef
  readonly entry: Entry
}

/**
 * The union of parts, whatever order they come in. Pure; `INVALID` when it is larger than a manifest may be.
 *
 * A run that sends its own path again replaces it. Two runs disagree when they hold different content under one path, or
 * when one's file is a folder of the other's; with `last` the part with the greater operation id then wins.
 */
export function mergeParts(parts: readonly ReadPart[], onConflict: OnConflict): Merged {
  const candidates = [...Map.groupBy(laterFirst(parts), ({ part }) => runId(part.run)).values()].flatMap(
    (own) => overlay(own.flatMap(candidatesOf)).kept,
  )
  const { kept, clashes } = overlay(candidates.sort((a, b) => compareCodePoints(b.opId, a.opId)))
  if (clashes.length > 0 && onConflict === 'refuse') return conflictOf(clashes, candidates)
  return { kind: 'union', manifest: createManifest(kept.map(({ entry }) => entry)) }
}

/** Metadata that the parts agree on: those that give any give the same. Null where none does, or where they differ. */
export function sharedMetadata(parts: readonly DraftPart[]): Pick<DraftFacts, 'metadata' | 'metadataDigest'> {
  const [first, ...others] = parts.filter((part) => part.metadata !== null || part.metadataDigest !== null)
  const agrees = (part: DraftPart): boolean =>
    part.metadataDigest === first?.metadataDigest && sameMetadata(part.metadata, first.metadata)
  if (!first || !others.every(agrees)) return { metadata: null, metadataDigest: null }
  return { metadata: first.metadata, metadataDigest: first.metadataDigest }
}

/** The description that the parts agree on, in the same sense. */
export function sharedDescription(parts: readonly DraftPart[]): string | null {
  const given = new Set(parts.map(({ description }) => description).filter((text) => text !== null))
  return given.size === 1 ? [...given][0]! : null
}

/** The runs of parts, each once, by project and id. */
export function producersOf(runs: readonly RunRef[]): readonly RunRef[] {
  const byId = new Map(runs.map((run) => [runId(run), run]))
  return [...byId].sort(([a], [b]) => compareCodePoints(a, b)).map(([, run]) => run)
}

function laterFirst(parts: readonly ReadPart[]): readonly ReadPart[] {
  return parts.toSorted((a, b) => compareCodePoints(b.part.opId, a.part.opId))
}

function candidatesOf({ part, manifest }: ReadPart): readonly Candidate[] {
  return manifest.entries.map((entry) => ({ opId: part.opId, run: part.run, entry }))
}

/** Keeps of candidates, the later ones first, what no kept one stands in the way of. Equal entries do not clash. */
function overlay(candidates: readonly Candidate[]): {
  kept: Candidate[]
  clashes: (readonly [Candidate, Candidate])[]
} {
  const files = new Map<string, Candidate>()
  const folders = new Map<string, Candidate>()
  const clashes: (readonly [Candidate, Candidate])[] = []
  for (const candidate of candidates) {
    const { path } = candidate.entry
    const above = foldersOf(path)
    const same = files.get(path)
    const other = same ?? folders.get(path) ?? above.map((folder) => files.get(folder)).find((file) => file)
    if (other === undefined) {
      files.set(path, candidate)
      for (const folder of above) folders.set(folder, candidate)
    } else if (!same || !isSameEntry(same.entry, candidate.entry)) clashes.push([candidate, other])
  }
  return { kept: [...files.values()], clashes }
}

function conflictOf(clashes: readonly (readonly [Candidate, Candidate])[], all: readonly Candidate[]): Merged {
  const path = clashes.map(([candidate]) => candidate.entry.path).reduce((a, b) => (comparePaths(a, b) <= 0 ? a : b))
  const partners = clashes.filter(([candidate]) => candidate.entry.path === path).map(([, other]) => other.run)
  const holders = all.filter(({ entry }) => entry.path === path).map(({ run }) => run)
  return { kind: 'conflict', path, runs: producersOf([...holders, ...partners]) }
}

function foldersOf(path: string): readonly string[] {
  const folders: string[] = []
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    folders.push(path.slice(0, slash))
  }
  return folders
}

function isSameEntry(a: Entry, b: Entry): boolean {
  return a.digest === b.digest && a.ref === b.ref && a.size === b.size
}

function runId({ project, id }: RunRef): string {
  return `${project}/${id}`
}
