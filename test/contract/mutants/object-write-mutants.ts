import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { bytesOf, joined, turn } from './bytes.ts'
import type { Mutant } from './mutant.ts'
import { overwrite, stagedWith } from './object-support.ts'

/** Drivers whose objects are torn, shared or half there. */
export const objectWriteMutants: readonly Mutant<ObjectStore>[] = [
  {
    id: 'etag-is-the-size',
    broken: 'An etag is made of what `stat` tells of a file: two states of one size have the same.',
    cites: [
      {
        source: 'ClickHouse/ClickHouse#112556',
        what: 'an etag of mtime, inode and size was the same for two versions, and a stale writer passed If-Match',
      },
      {
        source: 'infino-ai/infino#501',
        what: 'inode, mtime and size of a small pointer repeat across a rewrite, so readers keep the old one',
      },
    ],
    killedBy: 'object.round-trip.one-state',
    breaks: () => (sound) => ({
      ...sound,
      async get(key, options) {
        const found = await sound.get(key, options)
        return found && { ...found, etag: `${found.bytes.length}` }
      },
      async stat(key, options) {
        const found = await sound.stat(key, options)
        return found && { ...found, etag: `${found.sizeBytes}` }
      },
    }),
  },
  {
    id: 'writes-in-place',
    broken: 'An object is truncated and then filled where it lies: a reader in between gets a part.',
    cites: [
      {
        source: 'unjs/unstorage#797',
        what: 'fs and fs-lite open with O_TRUNC and stream: a concurrent read returns a truncated value',
      },
      { source: 'delta-io/delta-rs#361', what: "the file backend's put_obj lets readers see partial updates" },
    ],
    killedBy: 'object.round-trip.torn-read',
    breaks: () => (sound) => ({
      ...sound,
      async put(key, bytes, options) {
        const copy = new Uint8Array(bytes)
        await sound.put(key, copy.subarray(0, copy.length / 2), options)
        await turn()
        await sound.put(key, copy, options)
      },
    }),
  },
  {
    id: 'visible-while-it-is-written',
    broken: 'An object can be read under its key while its source is still being read.',
    cites: [{ source: 'pithings/mountx#20', what: 'a PUT is visible half-written, so a reader sees a partial object' }],
    killedBy: 'object.whole.nothing-before-the-end',
    breaks: () => (sound) => ({
      ...sound,
      async putIfAbsent(key, body, options) {
        if (body instanceof Uint8Array || (await sound.stat(key, options))) return sound.putIfAbsent(key, body, options)
        const chunks: Uint8Array[] = []
        for await (const chunk of body.read(options)) {
          chunks.push(new Uint8Array(chunk))
          await sound.put(key, joined(chunks), options)
        }
        return overwrite(sound, key, joined(chunks))
      },
    }),
  },
  {
    id: 'keeps-what-came-before-the-failure',
    broken: 'When the source fails, what it gave so far is stored as the object.',
    cites: [
      {
        source: 'PyFilesystem/s3fs#95',
        what: '`__exit__` closes, and so uploads, also when the writer raised: a truncated object is in the bucket',
      },
      { source: 'owncloud/files_primary_s3#620', what: 'an interrupted upload appears as a short file' },
    ],
    killedBy: 'object.whole.failing-source',
    breaks: () => (sound) => ({
      ...sound,
      async putIfAbsent(key, body, options) {
        if (body instanceof Uint8Array) return sound.putIfAbsent(key, body, options)
        const chunks: Uint8Array[] = []
        try {
          for await (const chunk of body.read(options)) chunks.push(new Uint8Array(chunk))
          return await sound.putIfAbsent(key, joined(chunks), options)
        } catch (error) {
          await sound.putIfAbsent(key, joined(chunks), {})
          throw error
        }
      },
    }),
  },
  {
    id: 'goes-on-after-the-abort',
    broken: 'The signal ends the call and not the upload, which lands later.',
    cites: [
      { source: 'jetkvm/kvm#1574', what: 'an upload kept running after Cancel: the request itself was never aborted' },
    ],
    killedBy: 'object.whole.abort-at-each-chunk',
    breaks: () => (sound) => ({
      ...sound,
      async putIfAbsent(key, body, _options) {
        return sound.putIfAbsent(key, await bytesOf(body, {}), {})
      },
    }),
  },
  {
    id: 'empty-counts-as-absent',
    broken: 'Whether an object exists is told by whether it has bytes.',
    cites: [
      {
        source: 'logos-storage/logos-storage-nim#130',
        what: 'a missing block was to be answered as an empty one, which is another thing',
      },
    ],
    killedBy: 'object.create.empty-object-exists',
    breaks: () => (sound) => ({
      ...sound,
      async putIfAbsent(key, body, options) {
        const bytes = await bytesOf(body, options)
        return (await sound.stat(key, options))?.sizeBytes ? 'exists' : overwrite(sound, key, bytes)
      },
    }),
  },
  {
    id: 'keeps-the-buffer-of-its-caller',
    broken: 'What was given is kept by reference: the caller changes its buffer, and the object with it.',
    cites: [
      {
        source: 'apache/polaris#4473',
        what: "the in-memory backend kept the caller's buffer, whose later mutations it showed",
      },
      { source: 'dotnet/efcore#13254', what: 'byte arrays are not copied into the in-memory store' },
    ],
    killedBy: 'object.round-trip.copies',
    breaks: () => {
      const kept = new Map<string, Uint8Array>()
      return (sound) => ({
        ...sound,
        async put(key, bytes, options) {
          kept.set(key, bytes)
          await sound.put(key, bytes, options)
        },
        async get(key, options) {
          const found = await sound.get(key, options)
          return found && { ...found, bytes: new Uint8Array(kept.get(key) ?? found.bytes) }
        },
      })
    },
  },
  {
    id: 'hands-out-its-own-buffer',
    broken: 'A read hands out the stored bytes themselves: who writes into them changes the object.',
    cites: [
      {
        source: 'hapijs/catbox-memory#55',
        what: 'writing to the Buffer that get() returned modifies what is in the cache',
      },
    ],
    killedBy: 'object.round-trip.copies',
    breaks: () => {
      const own = new Map<string, Uint8Array>()
      return (sound) => ({
        ...sound,
        async get(key, options) {
          const found = await sound.get(key, options)
          if (!found) return null
          const bytes = own.get(found.etag) ?? found.bytes
          own.set(found.etag, bytes)
          return { ...found, bytes }
        },
      })
    },
  },
  {
    id: 'staged-chunks-are-not-copied',
    broken: 'A staged object keeps the chunks that it was given until it is published.',
    cites: [
      {
        source: 'apache/polaris#4473',
        what: 'holding on to shared buffer state made later mutations visible to the backend',
      },
    ],
    killedBy: 'object.stage.reused-buffer',
    breaks: () =>
      stagedWith(
        (sound, bytes) => async (key) =>
          (await sound.putIfAbsent(key, bytes(), {})) === 'exists' ? 'exists' : 'created',
        (chunk) => chunk,
      ),
  },
  {
    id: 'etag-is-read-after-the-bytes',
    broken: 'Bytes and etag come from two requests: the etag may be that of a later state.',
    cites: [
      { source: 'servers.md', what: '"body and metadata torn apart under races": versitygw posix --sidecar' },
      { source: 'NuGet/NuGetGallery#6502', what: 'a race where the etag is sometimes newer than the content' },
      {
        source: 'loonfs/loonfs#108',
        what: 'stale content with a current etag let a swap overwrite what its writer never saw',
      },
    ],
    killedBy: 'object.round-trip.torn-etag',
    breaks: () => (sound) => ({
      ...sound,
      async get(key, options) {
        const found = await sound.get(key, options)
        await turn()
        const info = found && (await sound.stat(key, options))
        return found && { bytes: found.bytes, etag: info?.etag ?? found.etag }
      },
    }),
  },
]
