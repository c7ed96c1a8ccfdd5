import type { ObjectStore } from '../ports/object-store.ts'
import type { Registers } from './register.ts'

/**
 * Registers of a store with atomic commits: a swap is a commit on top of a state in which the register still is what
 * was read. Commits of others to other keys only make it try again.
 */
export function createBatchRegisters(objects: ObjectStore): Registers {
  return {
    async read(key, options) {
      const found = await objects.get(key, options)
      return found && { bytes: found.bytes, proof: found.etag }
    },
    async swap(key, bytes, proof, options) {
      for (;;) {
        const parent = await objects.batch.tip(options)
        const [found] = await objects.batch.getAt(parent, [key], options)
        if ((found?.etag ?? null) !== proof) return 'lost'
        const write = { key, bytes, precondition: 'none' } as const
        const answer = await objects.batch.commit([write], { ...options, parent, title: `swap ${key}` })
        if (answer === 'stale') continue
        const [written] = await objects.batch.getAt(answer.commit, [key], options)
        return { proof: written!.etag }
      }
    },
    sync: (key, _state, options) => objects.sync([key], options),
  }
}
