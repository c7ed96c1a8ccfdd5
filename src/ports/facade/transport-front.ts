import { isLadingError } from '../../domain/errors.ts'
import type { ErrorCode } from '../../domain/errors.ts'
import type { CallOptions } from '../call.ts'
import { deniedError } from '../denied.ts'
import type { TransportCapabilities } from '../transport.ts'
import type { CallGate } from './call-gate.ts'

/** One call through the facade. */
export interface TransportCall {
  readonly operation: string
  /** What it is asked of, as errors name it; empty where there is nothing. */
  readonly key: string
  readonly options: CallOptions
  readonly requires?: keyof TransportCapabilities | undefined
  readonly callerErrors?: ReadonlySet<unknown>
}

/** The door that every call passes. */
export interface TransportFront {
  readonly gate: CallGate
  /** A call that changes nothing. */
  read<T>(call: TransportCall, body: () => Promise<T>): Promise<T>
  /** A call that may have taken effect when its answer is lost. */
  write<T>(call: TransportCall, body: () => Promise<T>): Promise<T>
}

/** The door of a transport with these capabilities. */
export function frontOf(gate: CallGate, capabilities: TransportCapabilities): TransportFront {
  const pass = (foreign: Extract<ErrorCode, 'UNAVAILABLE' | 'UNKNOWN_OUTCOME'>) => {
    return async <T>({ key, requires, options, ...call }: TransportCall, body: () => Promise<T>): Promise<T> => {
      try {
        return await gate.run({ ...call, foreign, signal: options.signal }, async () => {
          if (requires !== undefined && !capabilities[requires]) throw deniedError(requires)
          return body()
        })
      } catch (error) {
        throw isLadingError(error) && key !== '' ? error.with({ key }) : error
      }
    }
  }
  return { gate, read: pass('UNAVAILABLE'), write: pass('UNKNOWN_OUTCOME') }
}
