import type { CallOptions } from './call.ts'

/** Which page of a listing. */
export interface PageOptions extends CallOptions {
  /** Opaque, from the page before. */
  readonly cursor?: string | undefined
  /** At least 1, at most 1,000. */
  readonly limit: number
}

/** One page of a listing. It may hold fewer rows than were asked for, even none, and not be the last one. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Absent on the last page. */
  readonly cursor?: string
}
