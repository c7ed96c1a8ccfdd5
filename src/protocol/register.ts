import type { CallOptions } from '../ports/call.ts'

/** A register's content, and the proof of it that a swap needs. */
export interface RegisterState {
  readonly bytes: Uint8Array
  /** Opaque. */
  readonly proof: string
}

/** The proof of what was written, or `lost`: the register was another. */
export type Swapped = { readonly proof: string } | 'lost'

/** Documents that are read whole and swapped whole against what was read (docs/on-disk-format.md, "Registers"). */
export interface Registers {
  read(key: string, options: CallOptions): Promise<RegisterState | null>
  /**
   * Replaces a register that still is what `proof` proves, or creates one where `proof` is null.
   * Rejects `UNKNOWN_OUTCOME` when the swap may or may not have landed.
   */
  swap(key: string, bytes: Uint8Array, proof: string | null, options: CallOptions): Promise<Swapped>
  /** Makes what was read survive a crash of the machine, before something is built on it. */
  sync(key: string, state: RegisterState, options: CallOptions): Promise<void>
}
