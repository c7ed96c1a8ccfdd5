import type { Answer, Command } from '../domain/command.ts'
import type { Decision, View } from '../domain/decide.ts'
import type { Origin } from '../domain/replay.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { CallOptions } from './call.ts'
import type { Clock, Ids } from './environment.ts'
import type { MetadataEdit, MetadataStore } from './metadata-store.ts'

/** One command of an import. */
export interface ReplayWork {
  readonly command: Command
  /** What the command means: the rule of the replay, or `decide`. */
  readonly rule: (view: View, command: Command) => Decision
  /** What the artifact's first head is made of. */
  readonly origin: Origin
}

/** What histories need of the store that they are read from and written to. */
export interface HistoryHost extends Pick<MetadataStore, 'head' | 'moves' | 'editMetadata'> {
  readonly clock: Clock
  readonly ids: Ids
  /** Records of the versions from `from` on and before `before`, in order; `CORRUPT` when one is missing. */
  records(
    key: ArtifactKey,
    range: { readonly from: number; readonly before: number },
    options: CallOptions,
  ): Promise<readonly VersionRecord[]>
  /** Metadata that replaced what versions below `before` were logged with. */
  metadataEdits(
    key: ArtifactKey,
    options: CallOptions & { readonly before: number },
  ): AsyncIterable<MetadataEdit & { readonly n: number }>
  /**
   * Begins an import. The answer carries out one command as `commit` does, but under the rule that it is given. A
   * version is created only if no collection of blobs has begun since the first one: `UNAVAILABLE`, see `blobsOutdated`.
   */
  beginImport(key: ArtifactKey, options: CallOptions): (work: ReplayWork) => Promise<Answer>
}
