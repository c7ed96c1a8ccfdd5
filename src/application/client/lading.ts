import type { Diff } from '../../domain/diff.ts'
import { normaliseMetadata } from '../../domain/metadata.ts'
import { LadingError } from '../../domain/errors.ts'
import type { Move } from '../../domain/head.ts'
import { assertExternalId, assertName, assertType, defaultName } from '../../domain/names.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { ProjectRecord, RunRecord } from '../../ports/metadata-store.ts'
import type { Artifact } from './artifact.ts'
import { artifactRows } from './artifact-row.ts'
import type { ArtifactRow } from './artifact-row.ts'
import { assertOptions, assertRunName } from './assert-arguments.ts'
import { recordIfAllowed } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { deleteProject } from './delete-project.ts'
import type { DeleteProjectResult } from './delete-project.ts'
import { diffVersions } from './diff.ts'
import { abandonDraft, distributedIdOf, openDrafts } from './drafts.ts'
import type { OpenDraft } from './drafts.ts'
import { logArtifact } from './log-artifact.ts'
import type { LogResult } from './log-artifact.ts'
import { INSPECT, inspected } from './inspect.ts'
import type { InspectArguments } from './inspect.ts'
import { removeAlias, setAlias } from './move-alias.ts'
import { paged } from './paged.ts'
import type { WorkOptions } from './progress.ts'
import { artifactNamed, namedProject, resolveVersion } from './resolve-version.ts'
import type { ResolveOptions } from './resolve-version.ts'
import { artifactOfPath, assertAgrees, LOG_PATH_OPTIONS, Run } from './run.ts'
import type { LogPathOptions, PathOptions } from './run.ts'
import { StoredArtifact } from './stored-artifact.ts'
import type { Version } from './version.ts'

/** What a run is started with. */
export interface InitOptions extends CallOptions {
  /** Default: the project that the store was opened with. */
  readonly project?: string
  /** For people: 1–512 characters without control characters. Default: the run's id. */
  readonly name?: string
  /** Resumes the run that has this id. Default: a new one. */
  readonly id?: string
  /** Runs that belong together; any 1–512 characters. */
  readonly group?: string
  /** JSON of at most 1 MiB. */
  readonly config?: unknown
}

/** Which project a call is about. */
export interface ProjectOptions extends CallOptions {
  /** Default: the project that the store was opened with. */
  readonly project?: string
}

/** A store as its users see it. Hold it with `await using`, or close it. */
export class Lading {
  readonly #ports: ClientPorts
  readonly #project: string | undefined

  /** `openStore` and `createStore` make one. @internal */
  constructor(ports: ClientPorts, options: { readonly project?: string | undefined } = {}) {
    this.#ports = ports
    this.#project = options.project === undefined ? undefined : assertName('project', options.project)
  }

  /** Starts a run, or resumes the one with the same id. In a store that may only be read it is not recorded: a warning. */
  async init(given: InitOptions = {}): Promise<Run> {
    const { project, name, id, group, config, ...options } = assertOptions(given, [
      'project',
      'name',
      'id',
      'group',
      'config',
    ])
    const runId = id === undefined ? this.#ports.ids.next() : assertName('run', id)
    const record: RunRecord = {
      project: this.#projectOf(project),
      id: runId,
      name: name === undefined ? runId : assertRunName(name),
      group: group === undefined ? null : assertExternalId(group),
      config: config === undefined ? null : normaliseMetadata(config, 'config'),
      createdAt: this.#ports.clock.now(),
    }
    const known = await recordIfAllowed(this.#ports, `run ${runId}`, () =>
      this.#ports.transport.startRun(record, options),
    )
    return new Run(this.#ports, known ?? record)
  }

  /**
   * Logs an artifact, or a file or folder by its path, without a run: no lineage is recorded. The name of a path defaults
   * to its last part, made valid.
   */
  async save(artifact: Artifact | string, options: LogPathOptions & ProjectOptions = {}): Promise<LogResult> {
    assertOptions(options, ['project', ...LOG_PATH_OPTIONS])
    const draft = typeof artifact === 'string' ? this.#draftOf(artifact, options) : assertAgrees(artifact, options)
    return logArtifact(this.#ports, { project: this.#projectOf(options.project), artifact: draft, run: null }, options)
  }

  /** The version that a ref names, without recording a use. Rejects `NOT_FOUND`; `CONFLICT` when `type` differs. */
  async getArtifact(ref: string, options: ResolveOptions = {}): Promise<Version> {
    assertOptions(options, ['project', 'type'])
    return resolveVersion(this.#ports, ref, { ...options, project: options.project ?? this.#project })
  }

  /**
   * What became of the entries of one version in another: added, removed, changed, unchanged, with sizes. Each is given
   * by its ref or as a `Version`; they may be of different artifacts.
   */
  async diff(before: string | Version, after: string | Version, options: ProjectOptions = {}): Promise<Diff> {
    const { signal, project = this.#project } = assertOptions(options, ['project'])
    return diffVersions(this.#ports, { before, after }, { signal, project })
  }

  /** An artifact by its name: its versions, aliases and history. Does no I/O. */
  artifact(name: string, options: ProjectOptions = {}): StoredArtifact {
    const key = {
      project: this.#projectOf(assertOptions(options, ['project']).project),
      artifact: assertName('artifact', name),
    }
    return new StoredArtifact(this.#ports, key)
  }

  /**
   * Points an alias at the version of a ref. `expect` (`v6`, or null for "must not exist") makes the move conditional:
   * it rejects `CONFLICT`, naming the actual target, when something else holds as the move lands.
   */
  async setAlias(
    ref: string,
    alias: string,
    given: ProjectOptions & { readonly expect?: string | null } = {},
  ): Promise<void> {
    const { expect, project, ...options } = assertOptions(given, ['expect', 'project'])
    const request = { of: ref, alias, project: project ?? this.#project, run: null }
    await setAlias(this.#ports, request, { ...options, expect })
  }

  /** Removes an alias of an artifact. Removing one that is not there succeeds and changes nothing. */
  async removeAlias(
    name: string,
    alias: string,
    given: ProjectOptions & { readonly expect?: string } = {},
  ): Promise<void> {
    const { expect, project, ...options } = assertOptions(given, ['expect', 'project'])
    const request = { of: name, alias, project: project ?? this.#project, run: null }
    await removeAlias(this.#ports, request, { ...options, expect })
  }

  /** Moves of one alias, oldest first: when, from, to, and by which run. */
  async aliasHistory(name: string, alias: string, given: ProjectOptions = {}): Promise<readonly Move[]> {
    const { project, ...options } = assertOptions(given, ['project'])
    const of = assertName('alias', alias)
    const moves = await this.#ports.transport.moves(artifactNamed(name, project ?? this.#project), options)
    return moves.filter((move) => move.alias === of)
  }

  /** All projects, by name. */
  projects(options: CallOptions = {}): AsyncIterable<ProjectRecord> {
    assertOptions(options, [])
    return paged((page) => this.#ports.transport.projects({ ...page, ...options }))
  }

  /** The artifacts of a project that have versions, by name; of one type where it is given. */
  artifacts(given: ProjectOptions & { readonly type?: string } = {}): AsyncIterable<ArtifactRow> {
    const { project, type, ...options } = assertOptions(given, ['project', 'type'])
    const of = this.#projectOf(project)
    if (type !== undefined) assertType(type)
    return artifactRows(paged((page) => this.#ports.transport.artifacts(of, { ...page, ...options, type })))
  }

  /** A run by its id, as it was started; nothing is recorded. Rejects `NOT_FOUND`; `init({ id })` starts or resumes one. */
  async getRun(id: string, given: ProjectOptions = {}): Promise<Run> {
    const { project, ...options } = assertOptions(given, ['project'])
    const [of, runId] = [this.#projectOf(project), assertName('run', id)]
    const record = await this.#ports.transport.run(of, runId, options)
    if (record !== null) return new Run(this.#ports, record)
    const next = 'list the runs of the project'
    throw new LadingError('NOT_FOUND', { key: `${of}/${runId}`, detail: 'no such run', next })
  }

  /** The runs of a project, by id. */
  runs(given: ProjectOptions = {}): AsyncIterable<RunRecord> {
    const { project, ...options } = assertOptions(given, ['project'])
    const of = this.#projectOf(project)
    return paged((page) => this.#ports.transport.runs(of, { ...page, ...options }))
  }

  /**
   * Deletes each artifact of a project, as `artifact.delete()` does; the project stays listed. May be repeated, also after
   * a stop; an artifact that is logged meanwhile may survive. Rejects `NOT_FOUND` for a project that was never there.
   */
  async deleteProject(project: string, options: WorkOptions = {}): Promise<DeleteProjectResult> {
    const { onProgress, signal } = assertOptions(options, ['onProgress'])
    return deleteProject(this.#ports, assertName('project', project), { onProgress, signal })
  }

  /**
   * Collaborative versions of an artifact that have parts and were neither finished nor abandoned, under each id one at the
   * most. Costs a read for each part.
   */
  drafts(name: string, given: ProjectOptions = {}): AsyncIterable<OpenDraft> {
    const { project, ...options } = assertOptions(given, ['project'])
    return openDrafts(this.#ports, artifactNamed(name, project ?? this.#project), options)
  }

  /**
   * Ends a draft without a version: what was upserted is given up, and the next upsert opens the next round. Rejects
   * `CONFLICT` when a finish has closed it, `NOT_FOUND` when nobody has upserted anything.
   */
  async abandon(name: string, given: ProjectOptions & { readonly distributedId: string }): Promise<void> {
    const { distributedId, project, ...options } = assertOptions(given, ['distributedId', 'project'])
    const id = distributedIdOf(distributedId, null)
    const draft = { ...artifactNamed(name, project ?? this.#project), id }
    await abandonDraft(this.#ports, { draft, run: null, drafts: null }, options)
  }

  /** Releases the store. Idempotent; afterwards everything is `CLOSED`. */
  async close(): Promise<void> {
    await this.#ports.transport.close()
  }

  /** What `console.log` prints of it. @internal */
  [INSPECT](...asked: InspectArguments): string {
    return inspected(asked, 'Lading', { project: this.#project ?? null })
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #projectOf(project: string | undefined): string {
    return namedProject(project ?? this.#project)
  }

  #draftOf(path: string, options: PathOptions): Artifact {
    return artifactOfPath(path, { ...options, name: options.name ?? defaultName(this.#ports.files.basename(path)) })
  }
}
