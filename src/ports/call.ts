/** What every call takes. */
export interface CallOptions {
  /** Stops the call. It then rejects `ABORTED`; nothing half done stays visible. */
  readonly signal?: AbortSignal | undefined
}
