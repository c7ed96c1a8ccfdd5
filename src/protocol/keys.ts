import { createHash } from 'node:crypto'
import type { Digest } from '../domain/digest.ts'
import type { DraftKey, DraftRound } from '../domain/draft.ts'
import { storeName } from '../domain/names.ts'
import type { ArtifactKey, RunRef, VersionKey } from '../domain/version.ts'

// Where every document of a store lies (docs/on-disk-format.md, "Every key"). A change here is a change of the format.

/** The mark of the store's format. */
export const FORMAT_KEY = 'lading.json'
/** Below it, one record a project. */
export const PROJECTS_PREFIX = 'projects/'

/** Digits of a number in a key: names then sort as numbers do. */
const DIGITS = 10

/** Versions a folder holds. */
const FOLDER_SIZE = 1_000

/** A number as keys spell it. */
export function paddedNumber(n: number): string {
  return String(n).padStart(DIGITS, '0')
}

/** The record of a project. */
export const projectKey = (project: string): string => `${PROJECTS_PREFIX}${project}`
/** Everything of a project but its record. */
export const projectPrefix = (project: string): string => `p/${project}/`
/** The heads of a project, side by side: the list of its artifacts. */
export const headsPrefix = (project: string): string => `p/${project}/heads/`
/** The register of an artifact. */
export const headKey = ({ project, artifact }: ArtifactKey): string => `${headsPrefix(project)}${artifact}`
/** The runs of a project, side by side. */
export const runsPrefix = (project: string): string => `p/${project}/runs/`
/** The first record of a run. */
export const runKey = (project: string, id: string): string => `${runsPrefix(project)}${id}`
/** What is recorded of a run: its edges and its end. */
export const runPrefix = (project: string, id: string): string => `p/${project}/run/${id}/`
/** The mark that a run has ended. */
export const runEndKey = ({ project, id }: RunRef): string => `${runPrefix(project, id)}end`
/** Where the blobs of a manifest lie. */
export const layoutKey = (project: string, manifest: Digest): string => `p/${project}/layouts/${manifest}`
/** The register of blob collection. */
export const collectionKey = (project: string): string => `p/${project}/gc`
/** The names that an epoch of collection condemns. */
export const condemnedKey = (project: string, list: string): string => `p/${project}/gc-lists/${list}`

/** A type may hold any character, so that keys carry its hash. */
export function typePrefix(project: string, type: string): string {
  return `p/${project}/types/${createHash('sha256').update(type).digest('hex').slice(0, 32)}/`
}

const artifactPrefix = ({ project, artifact }: ArtifactKey): string => `p/${project}/a/${artifact}/`

/** The redo log entry of a version; versions are split into folders of a thousand. */
export function versionKey(key: ArtifactKey, n: number): string {
  return `${artifactPrefix(key)}versions/${paddedNumber(Math.floor(n / FOLDER_SIZE))}/${paddedNumber(n)}`
}

/** The index from a manifest digest to its version. */
export const digestKey = (key: ArtifactKey, digest: Digest): string => `${artifactPrefix(key)}digests/${digest}`
/** The register of metadata that replaced what a version was logged with. */
export const metadataKey = ({ n, ...key }: VersionKey): string => `${metadataPrefix(key)}${paddedNumber(n)}`
/** The registers of replaced metadata of an artifact. */
export const metadataPrefix = (key: ArtifactKey): string => `${artifactPrefix(key)}meta/`
/** The pages of alias moves that left head. */
export const historyPrefix = (key: ArtifactKey): string => `${artifactPrefix(key)}history/`
/** A page of alias moves, named by the rev of its first one. */
export const historyKey = (key: ArtifactKey, rev: number): string => `${historyPrefix(key)}${paddedNumber(rev)}`
/** The edges of a version. */
export const linksPrefix = ({ n, ...key }: VersionKey): string => `${artifactPrefix(key)}links/${paddedNumber(n)}/`

/** The edge of a run, as its version keeps it. */
export function versionEdgeKey(kind: 'in' | 'out', version: VersionKey, run: RunRef): string {
  return `${linksPrefix(version)}${kind}/${run.project}/${run.id}`
}

/** The edge of a run, as the run keeps it. A run logs into its own project, but uses versions of any. */
export function runEdgeKey(kind: 'in' | 'out', run: RunRef, version: VersionKey): string {
  const scope = kind === 'in' ? `${version.project}/` : ''
  return `${runPrefix(run.project, run.id)}${kind}/${scope}${version.artifact}/${paddedNumber(version.n)}`
}

/** The edge from a version to one that was made from it. */
export function derivedKey(from: VersionKey, to: VersionKey): string {
  return `${linksPrefix(from)}derived/${to.project}/${to.artifact}/${paddedNumber(to.n)}`
}

/** The drafts of an artifact, side by side, each under the name that stands for its id. */
export const draftsPrefix = (key: ArtifactKey): string => `${artifactPrefix(key)}drafts/`
/** The rounds of a draft, side by side. */
export const draftPrefix = (key: DraftKey): string => `${draftsPrefix(key)}${storeName(key.id)}/`
/** The parts and the facts of a round. */
export const roundPrefix = (round: DraftRound): string => `${draftPrefix(round)}${paddedNumber(round.round)}/`
/** The parts of a round, side by side, each under its operation id. */
export const partsPrefix = (round: DraftRound): string => `${roundPrefix(round)}parts/`
/** The edge of a run to a round that it gives a part to. */
export function runDraftKey(run: RunRef, round: DraftRound): string {
  const draft = `${round.artifact}/${storeName(round.id)}/${paddedNumber(round.round)}`
  return `${runPrefix(run.project, run.id)}draft/${draft}`
}
