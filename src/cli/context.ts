import type { Command } from 'commander'
import type { OnProgress } from '../application/client/progress.ts'
import type { Lading } from '../application/client/lading.ts'

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly store?: string
  readonly project?: string
  readonly json?: boolean
}

/** Which store and project a command works in. */
export interface Place {
  readonly store: string
  readonly project: string
}

/** What a command works with. */
export interface Context extends Place {
  readonly lading: Lading
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal
  readonly onProgress: OnProgress | undefined
  /** Tells the user something beside the result, on stderr. */
  note(text: string): void
}

const STORE_DEFAULT = './.lading'
const PROJECT_DEFAULT = 'default'

/** The place from flags, else the environment, else the defaults. An empty variable counts as unset. */
export function placeOf(command: Command, environment: NodeJS.ProcessEnv = process.env): Place {
  const flags = command.optsWithGlobals<GlobalFlags>()
  return {
    store: flags.store ?? (environment['LADING_STORE'] || STORE_DEFAULT),
    project: flags.project ?? (environment['LADING_PROJECT'] || PROJECT_DEFAULT),
  }
}
