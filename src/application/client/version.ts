import { quote } from '../../domain/canonical-json.ts'
import { diffManifests } from '../../domain/diff.ts'
import type { Diff } from '../../domain/diff.ts'
import { LadingError } from '../../domain/errors.ts'
import type { Digest } from '../../domain/digest.ts'
import type { LineageGraph, LineageOptions } from '../../domain/lineage.ts'
import { isFileEntry } from '../../domain/manifest.ts'
import type { Entry, Manifest } from '../../domain/manifest.ts'
import { normaliseMetadata } from '../../domain/metadata.ts'
import type { Metadata } from '../../domain/metadata.ts'
import { assertPath } from '../../domain/paths.ts'
import { publicUri } from '../../domain/reference.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { RunRef, VersionKey } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { VersionView } from '../../ports/metadata-store.ts'
import { assertBoolean } from '../../ports/facade/value-checks.ts'
import { Artifact } from './artifact.ts'
import { assertDiskPath, assertOptions } from './assert-arguments.ts'
import { checkoutVersion, foreignFiles } from './checkout.ts'
import type { CheckoutOptions, CheckoutResult } from './checkout.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { downloadVersion } from './download.ts'
import type { DownloadOptions, DownloadResult } from './download.ts'
import { INSPECT, inspected } from './inspect.ts'
import type { InspectArguments } from './inspect.ts'
import { nameFileErrors } from './name-file-errors.ts'
import type { WorkOptions } from './progress.ts'
import { repairVersion } from './repair.ts'
import type { RepairResult } from './repair.ts'
import { StoredFile } from './stored-file.ts'
import { verifyVersion } from './verify.ts'
import type { Verification } from './verify.ts'

/** One version of an artifact. Its content never changes; aliases are as they were when it was resolved. */
export class Version {
  readonly project: string
  readonly name: string
  readonly n: number
  /** `v3` */
  readonly version: string
  readonly type: string
  /** The manifest digest. */
  readonly digest: Digest
  /** Aliases that pointed at it when it was resolved, `latest` included, sorted. */
  readonly aliases: readonly string[]
  readonly description: string | null
  /** Sum of all entries in bytes. */
  readonly size: number
  readonly fileCount: number
  /** The clock of the client that logged it, ISO 8601 in UTC. */
  readonly createdAt: string
  readonly derivedFrom: VersionKey | null
  readonly #ports: ClientPorts
  readonly #view: VersionView
  #manifest: Promise<Manifest> | null = null

  /** `lading.getArtifact`, `run.useArtifact` and `artifact.versions` make one. @internal */
  constructor(ports: ClientPorts, view: VersionView) {
    const { key, record } = view
    this.project = key.project
    this.name = key.artifact
    this.n = key.n
    this.version = formatVersion(key.n)
    this.type = record.type
    this.digest = record.digest
    this.aliases = view.aliases
    this.description = view.description
    this.size = record.sizeBytes
    this.fileCount = record.fileCount
    this.createdAt = record.createdAt
    this.derivedFrom = record.derivedFrom
    this.#ports = ports
    this.#view = view
  }

  /** `project/name:v3` */
  get ref(): string {
    return `${this.project}/${this.name}:${this.version}`
  }

  /** The manifest, verified. One request, the first time. */
  async manifest(options: CallOptions = {}): Promise<Manifest> {
    assertOptions(options, [])
    const named = { path: `the manifest of ${this.ref}`, digest: this.digest }
    const read = () => this.#ports.transport.manifest(this.#view.key, this.digest, options)
    this.#manifest ??= nameFileErrors([named], read).catch((error: unknown) => {
      this.#manifest = null
      throw error
    })
    return this.#manifest
  }

  /** Path, size and digest of every file, and the references, sorted by path. */
  async entries(options: CallOptions = {}): Promise<readonly Entry[]> {
    return (await this.manifest(options)).entries
  }

  /** Metadata as it is now: what the version was logged with, or what replaced it. One request. */
  async metadata(options: CallOptions = {}): Promise<Metadata | null> {
    assertOptions(options, [])
    return this.#ports.transport.metadata(this.#view, options)
  }

  /** Replaces the metadata, null removes it; content and digest never change. */
  async update(change: { metadata: unknown }, options: CallOptions = {}): Promise<void> {
    const { metadata } = assertOptions(change, ['metadata'])
    assertOptions(options, [])
    if (metadata === undefined) throw noMetadata(this.ref)
    const edit = { ...newChange(this.#ports, null), metadata: metadata === null ? null : normaliseMetadata(metadata) }
    await this.#ports.transport.updateMetadata(this.#view.key, edit, options)
  }

  /** A draft that already holds this version's entries; no bytes are read or copied. Logging it makes a patch. */
  async newDraft(options: CallOptions = {}): Promise<Artifact> {
    assertOptions(options, [])
    const [manifest, metadata] = await Promise.all([this.manifest(options), this.metadata(options)])
    const described = this.description === null ? {} : { description: this.description }
    const given = { type: this.type, ...described, ...(metadata ? { metadata } : {}) }
    return new Artifact(this.name, given, { from: this.#view.key, digest: this.digest, manifest })
  }

  /** Downloads the files, each verified. See `DownloadOptions` for where. */
  async download(options: DownloadOptions = {}): Promise<DownloadResult> {
    assertOptions(options, ['root', 'include', 'references', 'rehash', 'onProgress'])
    const manifest = await this.manifest({ signal: options.signal })
    return downloadVersion(this.#ports, { key: this.#view.key, manifest, digest: this.digest }, options)
  }

  /**
   * Makes a folder equal to this version: what is missing or modified is downloaded, then whatever does not belong to it
   * is removed, and the folders that are empty then. See `checkoutVersion` for what is refused; `download` removes nothing.
   */
  async checkout(root: string, options: CheckoutOptions = {}): Promise<CheckoutResult> {
    const { signal, ...how } = assertOptions(options, ['references', 'rehash', 'removable', 'onProgress'])
    const into = assertDiskPath(root)
    const manifest = await this.manifest({ signal })
    const version = { key: this.#view.key, manifest, digest: this.digest }
    return checkoutVersion(this.#ports, version, { ...how, root: into, signal })
  }

  /**
   * What `checkout` would remove from a folder: paths of files and links, sorted, without the folders that would be empty
   * then. Reads the folder, changes nothing, and rejects what `checkout` does.
   */
  async foreignFiles(root: string, options: CallOptions = {}): Promise<readonly string[]> {
    const { signal } = assertOptions(options, [])
    const into = assertDiskPath(root)
    return foreignFiles(this.#ports, await this.manifest({ signal }), { root: into, signal })
  }

  /** What became of this version's entries in another one, of this artifact or of another. */
  async diff(other: Version, options: CallOptions = {}): Promise<Diff> {
    assertOptions(options, [])
    if (!(other instanceof Version)) throw notComparable(other)
    const [before, after] = await Promise.all([this.manifest(options), other.manifest(options)])
    return diffManifests(before, after)
  }

  /** Compares a folder with the manifest, or the stored bytes when no folder is given. Lists what differs. */
  async verify(folder?: string, options: WorkOptions = {}): Promise<Verification> {
    assertOptions(options, ['onProgress'])
    const inFolder = folder === undefined ? undefined : assertDiskPath(folder)
    const manifest = await this.manifest({ signal: options.signal })
    const version = { project: this.project, manifest, digest: this.digest, record: this.#view.record }
    return verifyVersion(this.#ports, version, { ...options, folder: inFolder })
  }

  /**
   * Reads the stored bytes, and replaces damaged and missing ones by those of a folder that have the right SHA-256: of the
   * file at the same path, else of any file in it. See `RepairResult`. Rejects `CORRUPT` for a damaged manifest.
   */
  async repair(folder: string, options: WorkOptions = {}): Promise<RepairResult> {
    const { signal, onProgress } = assertOptions(options, ['onProgress'])
    const from = assertDiskPath(folder)
    const manifest = await this.manifest({ signal })
    const version = { key: this.#view.key, manifest, digest: this.digest }
    return repairVersion(this.#ports, version, { folder: from, signal, onProgress })
  }

  /** One file, to be read without a download. Rejects `NOT_FOUND` when there is none, `UNSUPPORTED` for a reference. */
  async file(path: string, options: CallOptions = {}): Promise<StoredFile> {
    assertOptions(options, [])
    const wanted = assertPath(path)
    const entry = (await this.entries(options)).find((candidate) => candidate.path === wanted)
    if (!entry) throw fileNotFound(this.ref, path)
    if (!isFileEntry(entry)) throw isReference(entry)
    const { transport } = this.#ports
    return new StoredFile(entry, async (range, sink, call) => {
      const layout = await transport.layout(this.project, this.digest, call)
      const want = { digest: entry.digest, sizeBytes: entry.size, location: layout?.get(entry.digest), range }
      const from = { project: this.project, manifest: this.digest }
      await nameFileErrors([entry], () => transport.read(from, [want], sink, call))
    })
  }

  /** Runs that logged this content, the first one first. */
  async producedBy(options: CallOptions = {}): Promise<readonly RunRef[]> {
    assertOptions(options, [])
    const links = await this.#ports.transport.linksOf(this.#view.key, options)
    const { run } = this.#view.record
    return run ? [run, ...links.out.filter(({ id }) => id !== run.id)] : links.out
  }

  /** Runs that used this version. */
  async usedBy(options: CallOptions = {}): Promise<readonly RunRef[]> {
    assertOptions(options, [])
    return (await this.#ports.transport.linksOf(this.#view.key, options)).in
  }

  /** The graph around this version, by default everything upwards and downwards within ten steps. */
  async lineage(given: Partial<LineageOptions> & CallOptions = {}): Promise<LineageGraph> {
    const { direction = 'both', depth = 10, ...options } = assertOptions(given, ['direction', 'depth'])
    return this.#ports.transport.lineage(this.#view.key, { direction, depth, ...options })
  }

  /**
   * Deletes this version; its number is not used again. Rejects `CONFLICT` while an alias points at it, `latest`
   * included, unless `aliases: true`; `latest` then falls back to the newest live version.
   */
  async delete(given: CallOptions & { readonly aliases?: boolean } = {}): Promise<void> {
    const { aliases = false, ...options } = assertOptions(given, ['aliases'])
    assertBoolean('aliases', aliases)
    const removal = { ...newChange(this.#ports, null), withAliases: aliases }
    await this.#ports.transport.deleteVersion(this.#view.key, removal, options)
  }

  /** What `console.log` prints of it. @internal */
  [INSPECT](...asked: InspectArguments): string {
    const { type, aliases, description, size, fileCount, digest, createdAt, derivedFrom } = this
    const facts = { type, aliases, description, size, fileCount, digest, createdAt, derivedFrom }
    return inspected(asked, `Version ${this.ref}`, facts)
  }
}

function noMetadata(ref: string): LadingError {
  const next = 'give `metadata`, or null to remove it'
  return new LadingError('INVALID', { operation: 'update', key: ref, detail: 'no metadata is given', next })
}

function fileNotFound(ref: string, path: string): LadingError {
  return new LadingError('NOT_FOUND', {
    key: `${ref}/${path}`,
    detail: 'the version has no such file',
    next: 'list its entries',
  })
}

function isReference({ path, ...entry }: Entry): LadingError {
  const where = entry.ref === undefined ? '' : publicUri(entry.ref)
  return new LadingError('UNSUPPORTED', {
    key: path,
    detail: `its bytes live at ${where}`,
    next: "read them from there, or download with `references: 'fetch'`",
  })
}

function notComparable(value: unknown): LadingError {
  const detail = `what is to be compared with is ${quote(value)}`
  const next = 'give a Version, or use `lading.diff` with refs'
  return new LadingError('INVALID', { operation: 'diff', detail, next })
}
