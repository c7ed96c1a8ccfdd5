/** What tells one state of a file from another. Times are nanoseconds since 1970. */
export interface FileState {
  readonly dev: bigint
  readonly ino: bigint
  readonly sizeBytes: number
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}
