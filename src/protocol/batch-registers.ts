import type { Clock, Ids } from '../ports/environment.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { repeatUntilKnown } from './context.ts'
import type { Registers, Swapped } from './register.ts'

/**
 * Registers of a store with atomic commits: a swap is a commit on top of a state in which the register still is what
 * was read. Commits of others to other keys only make it try again.
 */
export function createBatchRegisters(parts: { objects: ObjectStore; clock: Clock; ids: Ids }): Registers {
  const { objects } = parts
  return {
    async read(key, options) {
      const found = await objects.get(key, options)
      return found && { bytes: found.bytes, proof: found.etag }
    },
    async swap(key, bytes, proof, options) {
      const swap = async (): Promise<Swapped | 'again'> => {
        const parent = await objects.batch.tip(options)
        const [found] = await objects.batch.getAt(parent, [key], options)
        if ((found?.etag ?? null) !== proof) return 'lost'
        const write = { key, bytes, precondition: 'none' } as const
        const answer = await objects.batch.commit([write], { ...options, parent, title: `swap ${key}` })
        if (answer === 'stale') return 'again'
        const [written] = await objects.batch.getAt(answer.commit, [key], options)
        return { proof: written!.etag }
      }
      return repeatUntilKnown(parts, swap, () => options.signal)
    },
    sync: (key, _state, options) => objects.sync([key], options),
  }
}
