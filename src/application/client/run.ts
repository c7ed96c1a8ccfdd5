import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { Metadata } from '../../domain/metadata.ts'
import { assertName, defaultName } from '../../domain/names.ts'
import type { RunRef, VersionKey } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { RunRecord } from '../../ports/metadata-store.ts'
import { Artifact, assertArtifact } from './artifact.ts'
import type { ClientPorts } from './client-ports.ts'
import { newChange, recordIfAllowed } from './client-ports.ts'
import { logArtifact } from './log-artifact.ts'
import type { LogOptions, LogResult } from './log-artifact.ts'
import { removeAlias, setAlias } from './move-alias.ts'
import { resolveVersion } from './resolve-version.ts'
import type { ResolveOptions } from './resolve-version.ts'
import type { Version } from './version.ts'

/** Logging a path: the artifact's name and type. With an artifact, any other than its own are `INVALID`. */
export interface LogPathOptions extends LogOptions {
  /** Default: `run-<run id>-<last part of the path>`. */
  readonly name?: string
  /** Default: that of the existing artifact, for a new name `unspecified`. */
  readonly type?: string
}

/** A run: what it logs and uses is recorded as lineage. Finish it, or hold it with `await using`. */
export class Run {
  readonly project: string
  readonly id: string
  readonly name: string
  readonly group: string | null
  readonly config: Metadata | null
  readonly #ports: ClientPorts
  #finished = false

  constructor(ports: ClientPorts, record: RunRecord) {
    this.project = record.project
    this.id = record.id
    this.name = record.name
    this.group = record.group
    this.config = record.config
    this.#ports = ports
  }

  /** Logs an artifact, or a file or folder by its path, into the run's project; the run is its producer. */
  async logArtifact(artifact: Artifact | string, options: LogPathOptions = {}): Promise<LogResult> {
    this.#assertOpen()
    const draft = typeof artifact === 'string' ? this.#draftOf(artifact, options) : assertAgrees(artifact, options)
    return logArtifact(this.#ports, { project: this.project, artifact: draft, run: this.#ref() }, options)
  }

  /**
   * The version of a ref; the run is recorded as its consumer, once. Rejects `CONFLICT` when `type` differs. In a store
   * that may only be read there is a warning instead of the record.
   */
  async useArtifact(ref: string, options: Omit<ResolveOptions, 'project'> = {}): Promise<Version> {
    this.#assertOpen()
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
    await setAlias(this.#ports, { of: ref, alias, project: this.project, run: this.#ref() }, options)
  }

  /** Removes an alias of an artifact. Removing one that is not there succeeds and changes nothing. */
  async removeAlias(
    name: string,
    alias: string,
    options: CallOptions & { readonly expect?: string } = {},
  ): Promise<void> {
    this.#assertOpen()
    await removeAlias(this.#ports, { of: name, alias, project: this.project, run: this.#ref() }, options)
  }

  /** Versions that this run used. */
  async inputs(options: CallOptions = {}): Promise<readonly VersionKey[]> {
    return (await this.#ports.transport.linksOfRun(this.project, this.id, options)).in
  }

  /** Versions that this run logged. */
  async outputs(options: CallOptions = {}): Promise<readonly VersionKey[]> {
    return (await this.#ports.transport.linksOfRun(this.project, this.id, options)).out
  }

  /** Ends the run: what it recorded is durable. Idempotent; afterwards logging, using and moving aliases are `CLOSED`. */
  async finish(options: CallOptions = {}): Promise<void> {
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

  #draftOf(path: string, options: LogPathOptions): Artifact {
    const name = options.name ?? defaultName(`run-${this.id}-${this.#ports.files.basename(path)}`)
    return new Artifact(assertName('artifact', name), options.type === undefined ? {} : { type: options.type }).add(
      path,
    )
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

/** An artifact has its name and type already: others cannot be meant. */
function assertAgrees(given: Artifact, { name, type }: LogPathOptions): Artifact {
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
