import { LadingError } from '../../domain/errors.ts'
import { formatRef } from '../../domain/refs.ts'
import type { VersionKey } from '../../domain/version.ts'
import type { Transport } from '../../ports/transport.ts'
import type { ServicePorts } from './service-ports.ts'

/** Versions that are remembered to exist. */
const REMEMBERED_MAX = 10_000

/**
 * Resolving versions and recording their use. `recordUse` rejects `NOT_FOUND` for a version that was never logged.
 *
 * A number is never reused and its record never removed: a version that was resolved here once exists for ever, and its
 * use costs 2 requests. Any other costs 1 more, to look.
 */
export function createUses({ metadata }: ServicePorts): Pick<Transport, 'resolve' | 'recordUse'> {
  const existing = new Set<string>()
  const remember = (key: VersionKey): void => {
    if (existing.size === REMEMBERED_MAX) existing.clear()
    existing.add(nameOf(key))
  }
  return {
    async resolve(key, selector, options) {
      const found = await metadata.resolve(key, selector, options)
      if (found) remember(found.key)
      return found
    },
    async recordUse(version, { run, at, opId }, options) {
      if (!existing.has(nameOf(version))) {
        if ((await metadata.record(version, options)) === null) throw neverLogged(version)
        remember(version)
      }
      await metadata.recordEdge({ kind: 'in', run, version, at, opId }, options)
    },
  }
}

function nameOf({ n, ...key }: VersionKey): string {
  return formatRef({ ...key, selector: { kind: 'version', n } })
}

function neverLogged(version: VersionKey): LadingError {
  return new LadingError('NOT_FOUND', {
    key: nameOf(version),
    detail: 'no such version to use',
    next: 'list the versions, then choose one',
  })
}
