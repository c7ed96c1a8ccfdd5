import { contentOf } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import { assertAliases } from '../../domain/names.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { RunRef } from '../../domain/version.ts'
import { assertBoolean } from '../../ports/facade/value-checks.ts'
import type { LogIntent, LogOutcome } from '../../ports/transport.ts'
import type { Artifact, DraftStep } from './artifact.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { changesOf } from './log-changes.ts'
import type { LogChanges } from './log-changes.ts'
import { sendTyped } from './send-typed.ts'
import { assertOwnProject, storeArtifact } from './store-contents.ts'
import type { StoringOptions } from './store-sources.ts'

/** What is logged, where, and by whom. */
interface Log {
  readonly project: string
  readonly artifact: Artifact
  readonly run: RunRef | null
}

/** How an artifact is logged. */
export interface LogOptions extends StoringOptions {
  /** Aliases that move to the version. `latest` is accepted and changes nothing. */
  readonly aliases?: readonly string[]
  /** Always makes a new version and ends every older one, with its aliases. */
  readonly supersede?: boolean
}

/** What logging made, or found. */
export interface LogResult extends LogChanges {
  readonly project: string
  readonly name: string
  /** `v3` */
  readonly version: string
  readonly n: number
  /** False when a live version had this content already. */
  readonly created: boolean
  /** Aliases that point at the version now, `latest` included. */
  readonly aliases: readonly string[]
  readonly digest: string
  readonly sizeBytes: number
  readonly fileCount: number
}

/**
 * Logs a draft as the next version, or finds the version that already has its content.
 *
 * Each source is read once where the store takes bytes in one pass; a file that is in the state in which it was last
 * read, and whose bytes the store has, is not read. Rejects `CONFLICT` when a file changes while it
 * is read, when one path has two contents, or when the artifact has another type, and `INVALID` when it is being logged
 * already, or was made from a version of another project; nothing is logged then.
 */
export async function logArtifact(ports: ClientPorts, log: Log, options: LogOptions): Promise<LogResult> {
  const { aliases, supersede = false } = options
  assertBoolean('supersede', supersede)
  const given = { ...options, aliases: assertAliases(aliases), supersede }
  assertOwnProject(log)
  const steps = log.artifact.claim()
  try {
    return await logSteps(ports, { ...log, steps }, given)
  } catch (error) {
    log.artifact.release()
    throw error
  }
}

async function logSteps(
  ports: ClientPorts,
  { project, artifact, run, steps }: Log & { readonly steps: readonly DraftStep[] },
  options: LogOptions & Pick<LogIntent, 'aliases' | 'supersede'>,
): Promise<LogResult> {
  const { upload, manifest } = await storeArtifact(ports, { project, artifact, steps }, options)
  const { description, metadata, derivedFrom } = artifact
  const { aliases, supersede, signal } = options
  const commit = (type: string) => {
    const intent = { ...newChange(ports, run), type, aliases, supersede, description, metadata, derivedFrom }
    return upload.commit(manifest, intent, { signal })
  }
  const lookUp = async () => (await ports.transport.head(upload.key, { signal }))?.type ?? null
  const types = { given: artifact.type, guess: upload.head?.type ?? null, lookUp }
  const { sent, type } = await sendTyped(types, commit)
  const facts = sealed(artifact, { project, manifest, type, ...sent })
  return { ...facts, ...changesOf({ description, supersede, head: upload.head }, sent) }
}

function sealed(
  artifact: Artifact,
  logged: LogOutcome & { readonly project: string; readonly manifest: Manifest; readonly type: string },
): Omit<LogResult, keyof LogChanges> {
  const { project, manifest, n, type, created, aliases } = logged
  const content = contentOf(manifest)
  artifact.seal({ n, type, created, aliases, ...content, manifest })
  return { project, name: artifact.name, version: formatVersion(n), n, created, aliases, ...content }
}
