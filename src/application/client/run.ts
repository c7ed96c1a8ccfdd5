import type { DraftKey } from '../../domain/draft.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { Metadata } from '../../domain/metadata.ts'
import { assertName, defaultName } from '../../domain/names.ts'
import type { RunRef, VersionKey } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { RunRecord } from '../../ports/metadata-store.ts'
import { Artifact, assertArtifact } from './artifact.ts'
import { assertOptions } from './assert-arguments.ts'
import type { ClientPorts } from './client-ports.ts'
import { newChange, recordIfAllowed } from './client-ports.ts'
import { abandonDraft, distributedIdOf } from './drafts.ts'
import type { DraftOptions } from './drafts.ts'
import { DraftsOfRun } from './drafts-of-run.ts'
import { finishArtifact } from './finish-artifact.ts'
import type { FinishOptions, FinishResult } from './finish-artifact.ts'
import { INSPECT, inspected } from './inspect.ts'
import type { InspectArguments } from './inspect.ts'
import { logArtifact } from './log-artifact.ts'
import type { LogOptions, LogResult } from './log-artifact.ts'
import { removeAlias, setAlias } from './move-alias.ts'
import { resolveVersion } from './resolve-version.ts'
import type { ResolveOptions } from './resolve-version.ts'
import { upsertArtifact } from './upsert-artifact.ts'
import type { UpsertOptions, UpsertResult } from './upsert-artifact.ts'
import type { Version } from './version.ts'

/** What an artifact made of a path is called. Beside an artifact, any other than its own are `INVALID`. */
export interface PathOptions {
  /** Default: `run-<run id>-<last part of the path>`. */
  readonly name?: string
  /** Default: that of the existing artifact, for a new name `unspecified`. */
  readonly type?: string
}

/** Logging a path: the artifact's name and type. With an artifact, any other than its own are `INVALID`. */
export interface LogPathOptions extends LogOptions, PathOptions {}

/** What `LogPathOptions` holds, beside a signal. */
export const LOG_PATH_OPTIONS = ['name', 'type', 'aliases', 'supersede', 'rehash', 'onProgress'] as const

/** Upserting a path: as `LogPathOptions`, but the name must be given: all runs of the version meet under it. */
export interface UpsertPathOptions extends UpsertOptions, PathOptions {}

/** A run: what it logs and uses is recorded as lineage. Finish it, or hold it with `await using`. */
export class Run {
  readonly project: string
  readonly id: string
  readonly name: string
  readonly group: string | null
  readonly config: Metadata | null
  /** The clock of the client that started it, ISO 8601 in UTC. */
  readonly createdAt: string
  readonly #ports: ClientPorts
  readonly #drafts = new DraftsOfRun()
  #finished = false

  /** `lading.init` makes one. @internal */
  constructor(ports: ClientPorts, record: RunRecord) {
    this.project = record.project
    this.id = record.id
    this.name = record.name
    this.group = record.group
    this.config = record.config
    this.createdAt = record.createdAt
    this.#ports = ports
  }

  /** Logs an artifact, or a file or folder by its path, into the run's project; the run is its producer. */
  async logArtifact(artifact: Artifact | string, options: LogPathOptions = {}): Promise<LogResult> {
    this.#assertOpen()
    assertOptions(options, LOG_PATH_OPTIONS)
    const draft = typeof artifact === 'string' ? this.#draftOf(artifact, options) : assertAgrees(artifact, options)
    return logArtifact(this.#ports, { project: this.project, artifact: draft, run: this.#ref() }, options)
  }

  /**
   * Gives files, of an artifact or by their path, to a version that several runs make together; `finishArtifact` makes it.
   * Any number of runs may do so, on any machines, as often as they like. Once acknowledged the files are in that
   * version, unless it is abandoned.
   *
   * The artifact is not frozen: more can be added and upserted again. What was sent is held as its entries and not read
   * again; a file that changed since is added again, with `overwrite`. Of one path the run's last upsert counts. What a
   * patch was made from is not recorded.
   *
   * Versions under one id are made in rounds, one after the other. The run's first upsert goes to the round that is open,
   * and waits for the next one while a finish is under way; later ones stay in that round. Rejects `ALREADY_FINISHED`
   * when another run has finished it since: then it is in no version, and upserted again it opens the next round.
   *
   * Rejects `INVALID` without entries, or without a `distributedId` where the run has no group, `CONFLICT` when the
   * artifact or the first part has another type, `UNKNOWN_OUTCOME` when the files may or may not be in: upsert again.
   */
  async upsertArtifact(artifact: Artifact | string, options: UpsertPathOptions = {}): Promise<UpsertResult> {
    this.#assertOpen()
    const { distributedId, rehash, onProgress, signal } = assertOptions(options, [
      'distributedId',
      'name',
      'type',
      'rehash',
      'onProgress',
    ])
    if (typeof artifact === 'string' && options.name === undefined) throw namelessPart(artifact)
    const given = typeof artifact === 'string' ? this.#draftOf(artifact, options) : assertAgrees(artifact, options)
    const part = {
      run: this.#ref(),
      artifact: given,
      draft: this.#draft(given.name, distributedId),
      drafts: this.#drafts,
    }
    return upsertArtifact(this.#ports, part, { rehash, onProgress, signal })
  }

  /**
   * Makes all that was upserted one version: of an artifact by its name, or of one with files, metadata or a description
   * of its own, which is frozen as that version. Files that this run has upserted are not sent again. All runs are its
   * producers. Metadata and description that are not given are those that the parts agree on.
   *
   * Idempotent: a round becomes one version, whoever finishes it, how often, and wherever one stopped; the first finish
   * says which aliases move. Called again by the same run, without files that are new, it answers the same version. Another
   * process, or one that was started anew, knows nothing of the round that is over: it rejects `NOT_FOUND` until
   * somebody has upserted for the next one, and files of its own would *be* that next one.
   *
   * Rejects `CONFLICT`, naming path and runs, when two runs gave different content for one path: nothing is finished, and
   * it may be repeated with `onConflict: 'last'`. `CONFLICT` also when the draft was abandoned or has another type;
   * `ALREADY_FINISHED` when it was finished before files of this run arrived.
   */
  async finishArtifact(artifact: Artifact | string, options: FinishOptions = {}): Promise<FinishResult> {
    this.#assertOpen()
    const { distributedId } = assertOptions(options, ['distributedId', 'aliases', 'onConflict', 'rehash', 'onProgress'])
    const given = typeof artifact === 'string' ? null : assertArtifact(artifact, 'its name')
    const name = typeof artifact === 'string' ? assertName('artifact', artifact) : artifact.name
    const draft = this.#draft(name, distributedId)
    return finishArtifact(this.#ports, { run: this.#ref(), artifact: given, draft, drafts: this.#drafts }, options)
  }

  /**
   * Ends a draft of an artifact without a version: what was upserted is given up, and the next upsert opens the next round.
   * Rejects `CONFLICT` when a finish has closed it, `NOT_FOUND` when nobody has upserted anything.
   */
  async abandonArtifact(name: string, options: DraftOptions = {}): Promise<void> {
    this.#assertOpen()
    const { distributedId, signal } = assertOptions(options, ['distributedId'])
    const draft = this.#draft(assertName('artifact', name), distributedId)
    await abandonDraft(this.#ports, { draft, run: this.#ref(), drafts: this.#drafts }, { signal })
  }

  /**
   * The version of a ref; the run is recorded as its consumer, once. Rejects `CONFLICT` when `type` differs. In a store
   * that may only be read there is a warning instead of the record.
   */
  async useArtifact(ref: string, options: Omit<ResolveOptions, 'project'> = {}): Promise<Version> {
    this.#assertOpen()
    assertOptions(options, ['type'])
    const version = await resolveVersion(this.#ports, ref, { ...options, project: this.project })
    const key = { project: version.project, artifact: version.name, n: version.n }
    const { opId, at } = newChange(this.#ports, null)
    await recordIfAllowed(this.#ports, `the use of ${version.ref}`, () =>
      this.#ports.transport.recordUse(key, { run: this.#ref(), at, opId }, { signal: options.signal }),
    )
    return version
  }

  /**
   * Points an alias at the version of a ref; the history names the run. `expect` (`v6`, or null for "must not exist")
   * makes the move conditional: it rejects `CONFLICT`, naming the actual target, when something else holds.
   */
  async setAlias(
    ref: string,
    alias: string,
    options: CallOptions & { readonly expect?: string | null } = {},
  ): Promise<void> {
    this.#assertOpen()
    assertOptions(options, ['expect'])
    await setAlias(this.#ports, { of: ref, alias, project: this.project, run: this.#ref() }, options)
  }

  /** Removes an alias of an artifact. Removing one that is not there succeeds and changes nothing. */
  async removeAlias(
    name: string,
    alias: string,
    options: CallOptions & { readonly expect?: string } = {},
  ): Promise<void> {
    this.#assertOpen()
    assertOptions(options, ['expect'])
    await removeAlias(this.#ports, { of: name, alias, project: this.project, run: this.#ref() }, options)
  }

  /** Versions that this run used. */
  async inputs(options: CallOptions = {}): Promise<readonly VersionKey[]> {
    assertOptions(options, [])
    return (await this.#ports.transport.linksOfRun(this.project, this.id, options)).in
  }

  /** Versions that this run logged. */
  async outputs(options: CallOptions = {}): Promise<readonly VersionKey[]> {
    assertOptions(options, [])
    return (await this.#ports.transport.linksOfRun(this.project, this.id, options)).out
  }

  /** Ends the run: what it recorded is durable. Idempotent; afterwards logging, using and moving aliases are `CLOSED`. */
  async finish(options: CallOptions = {}): Promise<void> {
    assertOptions(options, [])
    if (this.#finished) return
    await recordIfAllowed(this.#ports, `the end of run ${this.id}`, () =>
      this.#ports.transport.endRun(this.#ref(), this.#ports.clock.now(), options),
    )
    this.#finished = true
  }

  /** As `finish`; a store that was closed before has nothing to finish any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish().catch((error: unknown) => {
      if (!isLadingError(error, 'CLOSED')) throw error
    })
  }

  /** What `console.log` prints of it. @internal */
  [INSPECT](...asked: InspectArguments): string {
    const { name, group, config, createdAt } = this
    return inspected(asked, `Run ${this.project}/${this.id}`, { name, group, config, createdAt })
  }

  #draft(artifact: string, distributedId: string | undefined): DraftKey {
    return { project: this.project, artifact, id: distributedIdOf(distributedId, this.group) }
  }

  #draftOf(path: string, options: PathOptions): Artifact {
    const name = options.name ?? defaultName(`run-${this.id}-${this.#ports.files.basename(path)}`)
    return artifactOfPath(path, { ...options, name })
  }

  #ref(): RunRef {
    return { project: this.project, id: this.id, name: this.name }
  }

  #assertOpen(): void {
    if (!this.#finished) return
    throw new LadingError('CLOSED', {
      key: this.id,
      detail: 'the run is finished',
      next: 'resume it with `init({ id })`',
    })
  }
}

/** The default name holds the run's id, so that no other run could give its part to the same artifact. */
function namelessPart(path: string): LadingError {
  return new LadingError('INVALID', {
    operation: 'upsert',
    key: path,
    detail: 'a path has no name that several runs share',
    next: 'pass the `name` of the artifact',
  })
}

/** The artifact that a path stands for. */
export function artifactOfPath(path: string, { name, type }: PathOptions & { readonly name: string }): Artifact {
  return new Artifact(assertName('artifact', name), type === undefined ? {} : { type }).add(path)
}

/** An artifact has its name and type already: others cannot be meant. `INVALID` when they differ. */
export function assertAgrees(given: Artifact, { name, type }: PathOptions): Artifact {
  const artifact = assertArtifact(given)
  if (name === undefined && type === undefined) return artifact
  const differs = (name !== undefined && name !== artifact.name) || (type !== undefined && type !== artifact.type)
  if (!differs) return artifact
  throw new LadingError('INVALID', {
    key: artifact.name,
    detail: 'its name or type differs from the name or type that it is to be logged with',
    next: 'give both as the artifact is made; these options are for paths',
  })
}
