import type { ObjectStore, StagedObject } from '../../../src/ports/object-store.ts'
import { joined } from './bytes.ts'
import type { Breaker } from './mutant.ts'

/** Replaces whatever is there; answers as a write that won. */
export async function overwrite(store: ObjectStore, key: string, bytes: Uint8Array): Promise<{ etag: string }> {
  const copy = new Uint8Array(bytes)
  await store.put(key, copy, {})
  return { etag: (await store.stat(key, {}))!.etag }
}

type Publish = (sound: ObjectStore, bytes: () => Uint8Array) => StagedObject['publish']

/** A driver whose staged objects are published in this way. */
export function stagedWith(
  publishOf: Publish,
  keep = (chunk: Uint8Array): Uint8Array => new Uint8Array(chunk),
): Breaker<ObjectStore> {
  return (sound) => ({
    ...sound,
    async stage() {
      const chunks: Uint8Array[] = []
      return {
        async write(chunk) {
          chunks.push(keep(chunk))
        },
        publish: publishOf(sound, () => joined(chunks)),
        async replace(key) {
          const staged = await sound.stage({})
          await staged.write(joined(chunks))
          await staged.replace(key)
        },
        async discard() {},
      }
    },
  })
}
