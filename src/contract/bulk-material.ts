import type { BulkSource } from '../ports/bytes.ts'

/** Sources of a case that the driver under test takes in bulk. */
export interface TestSources {
  /** In the order of their contents. */
  readonly sources: readonly BulkSource[]
  /** Puts other bytes in the place of a source's; with null the source goes. What was said of its size stays said. */
  change(index: number, bytes: Uint8Array | null): Promise<void>
}

/** Free places of a case that the driver under test fills by itself. */
export interface TestPlaces {
  /** Of all of them. */
  readonly maker: object
  readonly places: readonly unknown[]
  /** What is in a place; null while nothing is. */
  read(index: number): Promise<Uint8Array | null>
}
