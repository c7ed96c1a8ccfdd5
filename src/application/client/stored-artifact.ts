import type { Move } from '../../domain/head.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import { LadingError } from '../../domain/errors.ts'
import { assertBoolean } from '../../ports/facade/value-checks.ts'
import { formatAliases } from './artifact-row.ts'
import { assertDescription, assertOptions } from './assert-arguments.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { INSPECT, inspected } from './inspect.ts'
import type { InspectArguments } from './inspect.ts'
import { paged } from './paged.ts'
import { Version } from './version.ts'

/** An artifact in a store: a named line of versions. */
export class StoredArtifact {
  readonly project: string
  readonly name: string
  readonly #ports: ClientPorts

  /** `lading.artifact` makes one. @internal */
  constructor(ports: ClientPorts, { project, artifact }: ArtifactKey) {
    this.project = project
    this.name = artifact
    this.#ports = ports
  }

  /** Live versions, the newest first unless `newestFirst: false`. */
  async *versions(given: CallOptions & { readonly newestFirst?: boolean } = {}): AsyncGenerator<Version> {
    const { newestFirst = true, ...options } = assertOptions(given, ['newestFirst'])
    assertBoolean('newestFirst', newestFirst)
    const { transport } = this.#ports
    for await (const view of paged((page) => transport.versions(this.#key(), { ...page, ...options, newestFirst }))) {
      yield new Version(this.#ports, view)
    }
  }

  /** Every alias with the version it points at (`v3`), `latest` included. Empty when nothing was logged. */
  async aliases(options: CallOptions = {}): Promise<Readonly<Record<string, string>>> {
    assertOptions(options, [])
    const head = await this.#ports.transport.head(this.#key(), options)
    return formatAliases({ ...head?.aliases, ...(head?.latest ? { latest: head.latest.n } : {}) })
  }

  /** Moves of all aliases, oldest first. */
  async history(options: CallOptions = {}): Promise<readonly Move[]> {
    assertOptions(options, [])
    return this.#ports.transport.moves(this.#key(), options)
  }

  /** Replaces the description. At most 16 KiB. */
  async update(change: { description: string }, options: CallOptions = {}): Promise<void> {
    const { description } = assertOptions(change, ['description'])
    assertOptions(options, [])
    const edit = { ...newChange(this.#ports, null), description: assertDescription(description) }
    await this.#ports.transport.describe(this.#key(), edit, options)
  }

  /** Deletes all versions and hides the name until it is logged again; numbers then go on. */
  async delete(options: CallOptions = {}): Promise<void> {
    assertOptions(options, [])
    await this.#ports.transport.deleteArtifact(this.#key(), newChange(this.#ports, null), options)
  }

  /** Rejects `NOT_FOUND` when the artifact has no live version. */
  async assertExists(options: CallOptions = {}): Promise<void> {
    assertOptions(options, [])
    const head = await this.#ports.transport.head(this.#key(), options)
    if (head?.latest) return
    throw new LadingError('NOT_FOUND', {
      key: `${this.project}/${this.name}`,
      detail: 'no such artifact',
      next: 'list the artifacts of the project',
    })
  }

  /** What `console.log` prints of it. @internal */
  [INSPECT](...asked: InspectArguments): string {
    return inspected(asked, 'StoredArtifact', { project: this.project, name: this.name })
  }

  #key(): ArtifactKey {
    return { project: this.project, artifact: this.name }
  }
}
