import type { Command } from '../domain/command.ts'
import type { Decision, View } from '../domain/decide.ts'
import type { ArtifactKey } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import type { ProtocolContext } from './context.ts'
import type { ArtifactDocuments } from './documents.ts'

/** What an execution does beyond the documents of its artifact. */
export interface ExecutionHooks {
  /** Makes the blobs of the new version present; answers until when, in monotonic time, it may be sent. */
  readonly confirmBlobs: (options: CallOptions) => Promise<number>
  /** Makes what must be there before the artifact's first head. */
  readonly beforeFirstHead: (options: CallOptions) => Promise<void>
}

/** What an execution works with. */
export interface ExecutionParts {
  readonly context: ProtocolContext
  readonly documents: ArtifactDocuments
  readonly hooks: ExecutionHooks
  readonly key: ArtifactKey
  readonly command: Command
  /** What the command means: `decide`, or the rule of a replayed history. */
  readonly rule: (view: View, command: Command) => Decision
}
