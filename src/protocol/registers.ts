import type { Clock, Ids } from '../ports/environment.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { createBatchRegisters } from './batch-registers.ts'
import { createNumberedRegisters } from './numbered-registers.ts'
import type { Registers } from './register.ts'

/** The registers of a store: native where it can compare and swap, else numbered files or atomic batches. */
export function createRegisters(parts: { objects: ObjectStore; clock: Clock; ids: Ids }): Registers {
  const { objects } = parts
  if (objects.capabilities.batch) return createBatchRegisters(parts)
  return objects.capabilities.register === 'native' ? createNativeRegisters(objects) : createNumberedRegisters(objects)
}

function createNativeRegisters(objects: ObjectStore): Registers {
  return {
    async read(key, options) {
      const found = await objects.get(key, options)
      return found && { bytes: found.bytes, proof: found.etag }
    },
    async swap(key, bytes, proof, options) {
      const answer =
        proof === null
          ? await objects.putIfAbsent(key, bytes, options)
          : await objects.compareAndSwap(key, bytes, proof, options)
      return answer === 'exists' || answer === 'lost' ? 'lost' : { proof: answer.etag }
    },
    sync: (key, _state, options) => objects.sync([key], options),
  }
}
