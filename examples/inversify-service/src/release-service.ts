import { inject, injectable, named } from 'inversify'
import { Artifact } from 'lading'
import type { Lading } from 'lading'
import { TOKENS } from 'lading/inversify'
import { AuditLog } from './audit-log.ts'

/** What became of a release. */
export interface Release {
  readonly version: string
  /** False when these files had been released before. */
  readonly created: boolean
  /** The same in both stores: the identity of the content. */
  readonly digest: string
}

/** Takes versions out of the store of experiments into the store of releases, where `production` points at the newest. */
@injectable()
export class ReleaseService {
  readonly #experiments: Lading
  readonly #releases: Lading
  readonly #audit: AuditLog

  constructor(
    @inject(TOKENS.Lading) @named('experiments') experiments: Lading,
    @inject(TOKENS.Lading) @named('releases') releases: Lading,
    audit: AuditLog, // by its type, which `emitDecoratorMetadata` writes down
  ) {
    this.#experiments = experiments
    this.#releases = releases
    this.#audit = audit
  }

  /** Releases the version of a ref. Its bytes go from store to store, verified, and never to a disk in between. */
  async release(ref: string): Promise<Release> {
    const candidate = await this.#experiments.getArtifact(ref)
    const artifact = new Artifact(candidate.name, { type: candidate.type, metadata: { from: candidate.ref } })
    for (const { path } of await candidate.entries()) artifact.addFile((await candidate.file(path)).stream(), path)

    const { version, created, digest } = await this.#releases.save(artifact, { aliases: ['production'] })
    await this.#audit.record({ from: candidate.ref, to: `${candidate.name}:${version}`, digest })
    return { version, created, digest }
  }

  /** The released versions of a name, the newest first, each with its aliases. */
  async list(name: string): Promise<{ version: string; aliases: readonly string[] }[]> {
    const releases = []
    for await (const { version, aliases } of this.#releases.artifact(name).versions())
      releases.push({ version, aliases })
    return releases
  }
}
