import type { RunRef } from '../../domain/version.ts'
import type { Clock, Ids } from '../../ports/environment.ts'
import type { Files } from '../../ports/files.ts'
import type { Transport } from '../../ports/transport.ts'

/** What a client works with. */
export interface ClientPorts {
  readonly transport: Transport
  readonly files: Files
  readonly clock: Clock
  readonly ids: Ids
}

/** The facts that every change carries: its id, its time and who made it. */
export function newChange(
  { clock, ids }: ClientPorts,
  run: RunRef | null,
): { opId: string; at: string; run: RunRef | null } {
  return { opId: ids.next(), at: clock.now(), run }
}
