import { createMemoryObjectStore } from '../adapters/memory/index.ts'
import { ADAPTER_CONTRACT } from '../ports/store-adapter.ts'
import type { StoreAdapter } from '../ports/store-adapter.ts'
import { invalidUrl } from './store-url.ts'

/** `memory:`: a new and empty store each time. */
export const memoryAdapter: StoreAdapter = {
  contract: ADAPTER_CONTRACT,
  name: 'memory',
  schemes: ['memory'],
  open(url) {
    if (!/^memory:$/i.test(url)) throw invalidUrl(url, 'a store in memory takes nothing after `memory:`')
    return { driver: createMemoryObjectStore() }
  },
  async *diagnose() {
    const detail = 'the store is empty when a command begins, and nothing stays when it ends'
    yield { check: 'keeping', verdict: 'warning', detail, next: 'choose another store for what is to be kept' }
  },
}
