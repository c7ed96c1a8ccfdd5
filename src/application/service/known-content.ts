import { isLadingError, LadingError } from '../../domain/errors.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { LogIntent, LogOutcome } from '../../ports/transport.ts'
import { loadMetadata, refreshMetadata } from './metadata.ts'
import type { MetadataFields } from './metadata.ts'
import type { ServicePorts } from './service-ports.ts'

/** A log, or the finish of a draft, whose content a version had already. */
export interface Hit {
  readonly key: ArtifactKey
  readonly intent: Pick<LogIntent, 'opId' | 'at' | 'run'> & MetadataFields
  readonly outcome: LogOutcome
}

/**
 * Known content: the run logged it all the same, and other metadata replaces what is there.
 *
 * The log itself is done, so that nothing stops this any more, and what fails here is no failure of the log. Answers whether
 * the metadata was replaced.
 */
export async function recordHit(ports: ServicePorts, { key, intent, outcome }: Hit): Promise<boolean> {
  const { run, at, opId, metadata } = intent
  const { n } = outcome
  try {
    if (run) await ports.metadata.recordEdge({ kind: 'out', run, version: { ...key, n }, at, opId }, {})
  } catch (cause) {
    throw halfDone(n, `that run ${run?.id} logged it${metadata ? ', and its metadata' : ''}`, cause)
  }
  return refreshHit(ports, { key, intent, outcome })
}

/** The same where the runs are recorded already. */
export async function refreshHit(ports: ServicePorts, { key, intent, outcome }: Hit): Promise<boolean> {
  const { run, at, opId } = intent
  const { n, record } = outcome
  try {
    const metadata = await loadMetadata(ports, key.project, { fields: intent, options: {} })
    if (!metadata) return false
    return await refreshMetadata(ports, { key: { ...key, n }, record }, { opId, at, run, metadata }, {})
  } catch (cause) {
    throw halfDone(n, 'its metadata', cause)
  }
}

function halfDone(n: number, what: string, cause: unknown): LadingError {
  const why = isLadingError(cause) ? cause.detail : String(cause)
  return new LadingError('UNKNOWN_OUTCOME', {
    detail: `${formatVersion(n)} has this content and the aliases were moved to it, but ${what} may not be recorded: ${why}`,
    next: 'log or finish it again: what is done stays as it is',
    cause,
  })
}
