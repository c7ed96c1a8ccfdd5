import type { Command } from '../../domain/command.ts'
import { LadingError } from '../../domain/errors.ts'
import { formatRef, PENDING_UNKNOWN } from '../../domain/refs.ts'
import type { Selector } from '../../domain/refs.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { Located } from '../../ports/metadata-store.ts'
import type { Change, Transport } from '../../ports/transport.ts'
import type { ServicePorts } from './service-ports.ts'
import { updateMetadata } from './metadata.ts'

type Changes = Pick<Transport, 'moveAlias' | 'updateMetadata' | 'describe' | 'deleteVersion' | 'deleteArtifact'>

const NO_TARGET = {
  detail: 'no such version to point the alias at',
  next: 'list the versions, then choose one',
}

/** The changes of an artifact that are no logs. */
export function createChanges(ports: ServicePorts): Changes {
  const { metadata } = ports
  return {
    async moveAlias(key, { target, ...move }, options) {
      const { alias, expect } = move
      const located = target === null ? null : await locate(ports, { key, target }, options)
      const command = { kind: 'setAlias', ...alone(move), alias, n: located?.n ?? null, expect } as const
      await metadata.commit(key, command, located?.seen === undefined ? options : { ...options, prepared: located })
    },
    updateMetadata: (version, edit, options) => updateMetadata(ports, version, edit, options),
    async describe(key, { description, ...change }, options) {
      await metadata.commit(key, { kind: 'describe', ...alone(change), description }, options)
    },
    async deleteVersion({ n, ...key }, { withAliases, ...change }, options) {
      await metadata.commit(key, { kind: 'delete', ...alone(change), n, withAliases }, options)
    },
    async deleteArtifact(key, change, options) {
      await metadata.commit(key, { kind: 'deleteArtifact', ...alone(change) }, options)
    },
  }
}

/** In process a command has one executor: nobody else can send it. */
function alone({ opId, at, run }: Change): Pick<Command, 'opId' | 'at' | 'run' | 'baseRev' | 'delivery'> {
  return { opId, at, run, baseRev: 0, delivery: 'alone' }
}

/** Whether the target is live, the command's own rule finds out. */
async function locate(
  { metadata }: ServicePorts,
  { key, target }: { key: ArtifactKey; target: Selector },
  options: CallOptions,
): Promise<Located> {
  const found = await metadata.locate(key, target, options)
  if (found) return found
  throw new LadingError('NOT_FOUND', {
    operation: 'setAlias',
    key: formatRef({ ...key, selector: target }),
    ...(target.kind === 'pending' ? PENDING_UNKNOWN : NO_TARGET),
  })
}
