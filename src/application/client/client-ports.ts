import { isLadingError } from '../../domain/errors.ts'
import type { LadingError } from '../../domain/errors.ts'
import type { RunRef } from '../../domain/version.ts'
import type { Clock, Ids } from '../../ports/environment.ts'
import type { Files } from '../../ports/files.ts'
import type { ReferenceHandler } from '../../ports/reference-handler.ts'
import type { StatCache } from '../../ports/stat-cache.ts'
import type { Transport } from '../../ports/transport.ts'

/** Something that was left out; what was asked for succeeded all the same. */
export interface Warning {
  /** What was left out, for people. */
  readonly message: string
  readonly cause: LadingError
}

/** Is told of each warning as it comes. Must not throw. */
export type OnWarning = (warning: Warning) => void

/** What a client works with. */
export interface ClientPorts {
  readonly transport: Transport
  readonly files: Files
  /** Which content the files had when they were last read. Default: nothing is remembered. */
  readonly statCache?: StatCache | undefined
  /** Who reads references; of several for one scheme the first. */
  readonly references: readonly ReferenceHandler[]
  readonly clock: Clock
  readonly ids: Ids
  /** Default: nobody is told. */
  readonly onWarning?: OnWarning | undefined
}

/** The facts that every change carries: its id, its time and who made it. */
export function newChange(
  { clock, ids }: ClientPorts,
  run: RunRef | null,
): { opId: string; at: string; run: RunRef | null } {
  return { opId: ids.next(), at: clock.now(), run }
}

/**
 * Records something about a run. A store that may only be read takes nothing: then null, and a warning that says so,
 * because whoever only uses versions must be able to.
 */
export async function recordIfAllowed<T>(
  { onWarning }: Pick<ClientPorts, 'onWarning'>,
  what: string,
  record: () => Promise<T>,
): Promise<T | null> {
  try {
    return await record()
  } catch (error) {
    if (!isLadingError(error, 'UNAUTHORIZED')) throw error
    onWarning?.({ message: `${what} is not recorded: the store may only be read`, cause: error })
    return null
  }
}
