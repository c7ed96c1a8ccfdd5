import type { Command } from 'commander'
import type { OnProgress } from '../application/client/progress.ts'
import type { Lading } from '../application/client/lading.ts'
import type { Settings } from '../composition/settings.ts'
import type { StoreAdapter } from '../ports/store-adapter.ts'

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly store?: string
  readonly project?: string
  readonly json?: boolean
}

/** What every command has, also one that opens no store. */
export interface Surroundings {
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal
  readonly onProgress: OnProgress | undefined
  /** Tells the user something beside the result, on stderr. */
  note(text: string): void
}

/** What a command works with. */
export interface Context extends Surroundings {
  readonly store: string
  readonly project: string
  readonly lading: Lading
  /** The adapters that the configuration lists, where the store may need one. */
  readonly adapters: readonly StoreAdapter[]
}

/** The settings of a command line, from its flags, this process's environment, and the configuration above its folder. */
export async function settingsOf(command: Command): Promise<Settings> {
  // Only now: `--help` and `--version` need nothing of this.
  const { resolveSettings } = await import('../composition/settings.ts')
  const { store, project } = command.optsWithGlobals<GlobalFlags>()
  return resolveSettings({ flags: { store, project }, environment: process.env, folder: process.cwd() })
}
