import type { Lading } from '../../application/client/lading.ts'
import type { StorePorts } from '../assert-ports.ts'
import { openMetadata } from '../open-store.ts'

interface Closable {
  close(): Promise<void>
}

/** The store that uses a port. */
const OWNERS = new WeakMap<object, Closable>()

/** The ports that a store uses. */
const OWNED = new WeakMap<Lading, StorePorts>()

/** Leaves the opening and closing of ports to the store that uses them. Returns the store. */
export function owning(store: Lading, ports: StorePorts): Lading {
  for (const port of [ports.metadata, ports.blobs, ports.transport]) if (port) OWNERS.set(port, store)
  OWNED.set(store, ports)
  return store
}

/** The store, once it can be read. One that the container did not make is taken as it is. */
export async function openedStore(store: Lading): Promise<Lading> {
  const metadata = OWNED.get(store)?.metadata
  if (metadata) await openMetadata(metadata)
  return store
}

/**
 * Closes a port, or the store that uses it, which closes its ports in their order. A container ends everything at once, and
 * a store that is closed again stays closed: so it does not matter whom the container tells first.
 */
export async function closeWithOwner(port: Closable): Promise<void> {
  await (OWNERS.get(port) ?? port).close()
}
