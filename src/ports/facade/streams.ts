import { LadingError } from '../../domain/errors.ts'
import type { CallOptions } from '../call.ts'
import type { StagedObject } from '../object-store.ts'
import { assertKey } from './checks.ts'
import type { Guard } from './guard.ts'

/** The chunks of a read, guarded one by one. It can be iterated once; `close` ends it. */
export async function* guardedChunks(
  guard: Guard,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  options: CallOptions,
): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]()
  const end = async (): Promise<void> => void (await iterator.return?.())
  const released = guard.hold(end)
  let ended = false
  try {
    for (;;) {
      const call = { operation: 'read', key, options, failure: 'UNAVAILABLE' } as const
      const step = await guard.call(call, () => iterator.next())
      ended = step.done === true
      if (step.done) return
      yield step.value
    }
  } catch (error) {
    // What cannot be ended either, such as the body of a request that was aborted, must not hide why the read failed.
    if (!ended) await end().catch(() => undefined)
    ended = true
    throw error
  } finally {
    released()
    if (!ended) await end()
  }
}

/** A staged object whose calls are guarded, and which is discarded by `close` if nobody else has ended it. */
export function guardedStaging(guard: Guard, staged: StagedObject, options: CallOptions): StagedObject {
  let [sizeBytes, ended] = [0, false]
  const end = (): void => {
    ended = true
    released()
  }
  const discard = async (): Promise<void> => {
    if (ended) return
    end()
    await staged.discard()
  }
  const released = guard.hold(discard)
  const assertOpen = (): void => {
    if (ended) throw new LadingError('INVALID', { detail: 'the staged object was published or discarded' })
  }
  const placing = (operation: string, key: string) => {
    const check = (): void => {
      assertOpen()
      assertKey(key)
    }
    return { operation, key, options, failure: 'UNKNOWN_OUTCOME', check, bytes: () => sizeBytes } as const
  }

  return {
    write(chunk) {
      const call = { operation: 'write', key: '', options, failure: 'UNAVAILABLE', check: assertOpen } as const
      return guard.call(call, async () => {
        await staged.write(chunk)
        sizeBytes += chunk.length
      })
    },
    publish(key) {
      return guard.call(placing('publish', key), async () => {
        const answer = await staged.publish(key)
        if (answer !== 'suspect') end()
        return answer
      })
    },
    replace(key) {
      return guard.call(placing('replace', key), async () => {
        await staged.replace(key)
        end()
      })
    },
    // Not refused after an abort or a close: it is how both are cleaned up.
    discard: () => guard.track(discard),
  }
}
