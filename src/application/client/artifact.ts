import { basename } from 'node:path'
import { quote } from '../../domain/canonical-json.ts'
import { LadingError } from '../../domain/errors.ts'
import { manifestDigest } from '../../domain/manifest.ts'
import type { Entry, Manifest } from '../../domain/manifest.ts'
import { normaliseMetadata } from '../../domain/metadata.ts'
import type { Metadata } from '../../domain/metadata.ts'
import { assertName, assertType } from '../../domain/names.ts'
import { assertPath } from '../../domain/paths.ts'
import { assertReferenceDigest, assertReferenceUri } from '../../domain/reference.ts'
import { assertDigest } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { VersionKey } from '../../domain/version.ts'
import { assertBoolean, assertCount } from '../../ports/facade/value-checks.ts'
import { assertDescription, assertDiskPath, assertOptions } from './assert-arguments.ts'
import { assertThere, describeSteps } from './draft-steps.ts'
import type { AddDirOptions, AddOptions, DraftStep, FileContent } from './draft-steps.ts'
import { INSPECT, inspected } from './inspect.ts'
import type { InspectArguments } from './inspect.ts'

export { removeBelow } from './draft-steps.ts'
export type { AddDirOptions, AddOptions, DraftStep, FileContent } from './draft-steps.ts'

/** What an artifact can be given when it is made. */
export interface ArtifactOptions {
  /** Fixed by the artifact's first version. Default: that of the existing artifact, for a new name `unspecified`. */
  readonly type?: string
  /** Replaces the artifact's description when it is logged. At most 16 KiB. */
  readonly description?: string
  /** JSON of at most 1 MiB. */
  readonly metadata?: unknown
}

/** What is known of bytes that live elsewhere. One of SHA-256, etag and nothing becomes the entry's digest. */
export interface ReferenceFacts {
  /** As 64 lower-case hex digits. With it a fetched reference is verified. */
  readonly sha256?: Digest
  /** In bytes. Default: 0, not known. */
  readonly size?: number
  /**
   * As the server gives it; recorded where there is no `sha256`. A reference that leads to other bytes by now is then
   * noticed. Of 64 hex digits it is taken for a SHA-256.
   */
  readonly etag?: string
}

/** The facts of a logged artifact. */
export interface LoggedFacts {
  readonly n: number
  readonly type: string
  readonly created: boolean
  readonly aliases: readonly string[]
  readonly digest: Digest
  readonly sizeBytes: number
  readonly manifest: Manifest
}

/**
 * A bundle of files on its way to become a version.
 *
 * Adding does no I/O beyond what JavaScript already holds: files are looked at when the artifact is logged. After that
 * it is frozen, and while it is being logged too: changing it, or logging it again, is `INVALID`. A log that failed gives
 * it back, and so does an upsert: what that has sent is then held as entries and not read again, and more can be added.
 */
export class Artifact {
  readonly name: string
  readonly description: string | null
  readonly metadata: Metadata | null
  /** The version this draft was made from. */
  readonly derivedFrom: VersionKey | null
  readonly #type: string | null
  readonly #base: Digest | null
  #steps: DraftStep[] = []
  /** The manifest that was stored as a part of a draft: the one step that is left of it. */
  #part: Digest | null = null
  #isClaimed = false
  #logged: LoggedFacts | null = null

  /** An empty one. Throws `INVALID` for a name, a type, a description or metadata that breaks a rule. */
  constructor(name: string, options?: ArtifactOptions)
  /** A draft made from a version: `version.newDraft` makes one. @internal */
  constructor(name: string, options: ArtifactOptions, base: { from: VersionKey; digest: Digest; manifest: Manifest })
  constructor(
    name: string,
    options: ArtifactOptions = {},
    base?: { from: VersionKey; digest: Digest; manifest: Manifest },
  ) {
    assertOptions(options, ['type', 'description', 'metadata'])
    this.name = assertName('artifact', name)
    this.#type = options.type === undefined ? null : assertType(options.type)
    this.description = options.description === undefined ? null : assertDescription(options.description)
    this.metadata = options.metadata === undefined ? null : normaliseMetadata(options.metadata)
    this.derivedFrom = base?.from ?? null
    this.#base = base?.digest ?? null
    if (base) this.#steps.push({ kind: 'base', entries: base.manifest.entries })
  }

  /** Adds one file. `logicalPath` defaults to the last part of a path on disk; other content needs one. */
  addFile(content: FileContent, logicalPath?: string, options: AddOptions = {}): this {
    assertOptions(options, ['overwrite'])
    const given = assertContent(content)
    const path = assertPath(logicalPath ?? (typeof given === 'string' ? basename(given) : undefined))
    return this.#add({ kind: 'file', path, content: given, overwrite: overwriteOf(options) })
  }

  /**
   * Adds the files of a folder, below `prefix` inside the artifact. Empty folders are not recorded, and a store that was
   * opened by its URL is left out of what is logged into it; a folder of that store is `INVALID` when it is logged.
   */
  addDir(folder: string, prefix = '', options: AddDirOptions = {}): this {
    overwriteOf(assertOptions(options, ['include', 'exclude', 'overwrite']))
    const below = prefix === '' ? '' : `${assertPath(prefix)}/`
    return this.#add({ kind: 'folder', folder: assertDiskPath(folder), prefix: below, options })
  }

  /** Adds a file under its own name, or the contents of a folder. */
  add(source: string, options: AddOptions = {}): this {
    assertOptions(options, ['overwrite'])
    return this.#add({ kind: 'any', source: assertDiskPath(source), overwrite: overwriteOf(options) })
  }

  /** Records where bytes live without storing them. `logicalPath` defaults to the last part of the URI. */
  addReference(uri: string, logicalPath?: string, facts: ReferenceFacts & AddOptions = {}): this {
    assertOptions(facts, ['sha256', 'size', 'etag', 'overwrite'])
    const ref = assertReferenceUri(uri)
    const path = assertPath(logicalPath ?? lastSegment(ref))
    const { size = 0 } = facts
    assertCount('the size of a reference', size)
    const entry = { path, ref, digest: referenceDigest(ref, facts), size }
    return this.#add({ kind: 'entry', entry, overwrite: overwriteOf(facts) })
  }

  /**
   * Removes a path, or everything below a folder, from what was added so far. A folder may be spelled with `/` at its end.
   * Throws `NOT_FOUND` when nothing is there; after a path on disk was added, whose files nobody has read yet, that is no
   * error.
   */
  remove(path: string): this {
    const isFolder = typeof path === 'string' && path.length > 1 && path.endsWith('/')
    const removed = assertPath(isFolder ? path.slice(0, -1) : path)
    this.#assertOpen()
    assertThere(this.#steps, removed)
    return this.#add({ kind: 'remove', path: removed })
  }

  /** What the artifact holds: its entries once it is logged, before that what was added, folders not yet read. */
  entries(): readonly (Entry | { readonly path: string })[] {
    if (this.#logged) return this.#logged.manifest.entries
    return describeSteps(this.#steps)
  }

  /** What it was made with, else null before it is logged; then that of the artifact. */
  get type(): string | null {
    return this.#logged?.type ?? this.#type
  }

  /** `v3`; null before it is logged. */
  get version(): string | null {
    return this.#logged && formatVersion(this.#logged.n)
  }

  /** Aliases that pointed at the version when it was logged, `latest` included; empty before. */
  get aliases(): readonly string[] {
    return this.#logged?.aliases ?? []
  }

  /** Sum of all entries in bytes; null before it is logged. */
  get size(): number | null {
    return this.#logged?.sizeBytes ?? null
  }

  /** The manifest digest; null before it is logged. */
  get digest(): Digest | null {
    return this.#logged?.digest ?? null
  }

  /** Path-sorted entries; null before it is logged. */
  get manifest(): Manifest | null {
    return this.#logged?.manifest ?? null
  }

  /** Takes the artifact for one log; answers what that carries out. `INVALID` until `release`. @internal */
  claim(): readonly DraftStep[] {
    this.#assertOpen()
    this.#isClaimed = true
    return [...this.#steps]
  }

  /** Gives the artifact back: after a log that failed, or once a part was sent. @internal */
  release(): void {
    this.#isClaimed = false
  }

  /** Manifests whose blobs this draft shares. @internal */
  bases(): readonly Digest[] {
    return [this.#base, this.#part].filter((digest) => digest !== null)
  }

  /** Puts what was stored as a part of a draft in the place of what was added, so that no source is read again. @internal */
  settle(manifest: Manifest): void {
    this.#steps = [{ kind: 'base', entries: manifest.entries }]
    this.#part = manifestDigest(manifest)
  }

  /** Whether nothing was added or removed since `settle`. @internal */
  isSettled(): boolean {
    return this.#part !== null && this.#steps.length === 1
  }

  /** Freezes the artifact that was claimed. @internal */
  seal(facts: LoggedFacts): void {
    this.#logged = facts
  }

  /** What `console.log` prints of it. @internal */
  [INSPECT](...asked: InspectArguments): string {
    const what = `Artifact ${this.name}${this.version === null ? '' : `:${this.version}`}`
    const { type, aliases, description, metadata, derivedFrom, size, digest } = this
    const entries = this.entries().map(({ path }) => path)
    return inspected(asked, what, { type, aliases, description, metadata, derivedFrom, size, digest, entries })
  }

  #add(step: DraftStep): this {
    this.#assertOpen()
    this.#steps.push(step)
    return this
  }

  #assertOpen(): void {
    if (this.#isClaimed && !this.#logged) {
      throw new LadingError('INVALID', {
        key: this.name,
        detail: 'the artifact is being logged',
        next: 'wait for that, or make another artifact',
      })
    }
    if (!this.#logged) return
    throw new LadingError('INVALID', {
      key: `${this.name}:${formatVersion(this.#logged.n)}`,
      detail: 'the artifact was logged and cannot be changed',
      next: 'start a new draft from it: `(await lading.getArtifact(ref)).newDraft()`',
    })
  }
}

/** Returns an artifact; anything else is `INVALID`. `text`: what may be given instead. */
export function assertArtifact(value: unknown, text = 'the path of a file or folder'): Artifact {
  if (value instanceof Artifact) return value
  throw new LadingError('INVALID', { detail: `the artifact is ${quote(value)}`, next: `give an Artifact, or ${text}` })
}

function overwriteOf({ overwrite = false }: AddOptions): boolean {
  assertBoolean('overwrite', overwrite)
  return overwrite
}

function assertContent(content: unknown): FileContent {
  if (typeof content === 'string') return assertDiskPath(content)
  if (content instanceof Uint8Array || isStream(content)) return content
  throw new LadingError('INVALID', {
    detail: `the content of a file is ${quote(content)}`,
    next: 'give a path on disk, a Uint8Array or a stream of bytes',
  })
}

function isStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function referenceDigest(ref: string, { sha256, etag }: ReferenceFacts): string {
  if (sha256 !== undefined) return assertDigest(sha256)
  return etag === undefined ? ref : assertReferenceDigest(etag)
}

/** Undefined where the URI has none: then it cannot name the entry. */
function lastSegment(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined
  return new URL(uri).pathname.split('/').findLast((part) => part !== '')
}
