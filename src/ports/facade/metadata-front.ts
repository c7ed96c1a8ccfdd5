import type { CallOptions } from '../call.ts'

/** One call through the facade: its operation, its key as errors name it (empty where there is none), its options. */
export type Pass = <T>(operation: string, key: string, options: CallOptions, body: () => Promise<T>) => Promise<T>

/** The door that every call to a metadata store passes. */
export interface MetadataFront {
  /** A call that changes nothing. */
  readonly read: Pass
  /** A call that may have taken effect when its answer is lost. */
  readonly write: Pass
}
