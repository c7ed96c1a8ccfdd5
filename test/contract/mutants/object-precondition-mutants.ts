import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { bytesOf, turn } from './bytes.ts'
import type { Mutant } from './mutant.ts'
import { overwrite, stagedWith } from './object-support.ts'

/** Drivers that do not keep their conditions: what the commit protocol rests on. */
export const objectPreconditionMutants: readonly Mutant<ObjectStore>[] = [
  {
    id: 'creation-overwrites',
    broken: 'A creation ignores its precondition and replaces what is there.',
    cites: [
      {
        source: 'servers.md',
        what: '"no preconditions at all: create-if-absent answers 200 and overwrites": rclone serve s3 1.75, juicefs gateway, gcp-storage-emulator, s3rver, fauxqs',
      },
      {
        source: 'pithings/mountx#19',
        what: 'PutObject parses If-None-Match, drops it, and answers 200 over an existing key',
      },
    ],
    killedBy: 'object.create.keeps-the-first',
    breaks: () => (sound) => ({
      ...sound,
      async putIfAbsent(key, body, options) {
        return overwrite(sound, key, await bytesOf(body, options))
      },
    }),
  },
  {
    id: 'creation-looks-then-writes',
    broken: 'A creation looks whether the key is free, then writes: right alone, wrong in a race.',
    cites: [
      { source: 'servers.md', what: '"check-then-act: right alone, loses races": moto, Adobe S3Mock, s3s-fs' },
      { source: 'floci-io/floci#1328', what: '3 of 64 concurrent conditional puts of one key were answered 200' },
    ],
    killedBy: 'object.create.one-winner',
    breaks: () => (sound) => ({
      ...sound,
      async putIfAbsent(key, body, options) {
        const bytes = await bytesOf(body, options)
        if (await sound.stat(key, options)) return 'exists'
        await turn()
        return overwrite(sound, key, bytes)
      },
    }),
  },
  {
    id: 'publishing-overwrites',
    broken: 'The precondition holds for an object that is sent at once, and not for one that is staged.',
    cites: [
      {
        source: 'servers.md',
        what: '"honoured on one upload path only": fake-gcs-server 1.54 (multipart yes, resumable and media no), gofakes3 (PutObject yes, CompleteMultipartUpload no)',
      },
    ],
    killedBy: 'object.stage.keeps-the-first',
    breaks: () =>
      stagedWith((sound, bytes) => async (key) => {
        await overwrite(sound, key, bytes())
        return 'created'
      }),
  },
  {
    id: 'publishing-probes-with-a-list',
    broken: 'Publishing lists the key to see that it is free, then writes.',
    cites: [
      {
        source: 'rostamlabs/rostam#124',
        what: 'the probe by List and the Put are not atomic: two runs of one second both publish',
      },
    ],
    killedBy: 'object.stage.one-winner',
    breaks: () =>
      stagedWith((sound, bytes) => async (key) => {
        if (await sound.stat(key, {})) return 'exists'
        await turn()
        await overwrite(sound, key, bytes())
        return 'created'
      }),
  },
  {
    id: 'swap-ignores-its-etag',
    broken: 'A swap replaces the object whatever its etag is, and says that it won.',
    cites: [
      {
        source: 'lakesoul-io/LakeSoul#869',
        what: 'Aliyun OSS ignores precondition headers that it does not know: the compare-and-swap always succeeds',
      },
      { source: 'pithings/mountx#19', what: 'If-Match with a stale etag is answered 200' },
    ],
    killedBy: 'object.swap.stale-etag-loses',
    breaks: () => (sound) => ({
      ...sound,
      async compareAndSwap(key, bytes, _ifMatch, options) {
        return (await sound.stat(key, options)) ? overwrite(sound, key, bytes) : 'lost'
      },
    }),
  },
  {
    id: 'swap-compares-then-writes',
    broken: 'A swap compares etags, then writes: of two at once both win, and an update is lost.',
    cites: [
      {
        source: 'servers.md',
        what: '"create is atomic, compare-and-swap is not": S3Proxy 4.1.0 filesystem-nio2, where 80 increments left 46',
      },
    ],
    killedBy: 'object.swap.no-lost-update',
    breaks: () => (sound) => ({
      ...sound,
      async compareAndSwap(key, bytes, ifMatch, options) {
        if ((await sound.stat(key, options))?.etag !== ifMatch) return 'lost'
        await turn()
        return overwrite(sound, key, bytes)
      },
    }),
  },
  {
    id: 'copy-overwrites',
    broken: 'A copy ignores that its target exists.',
    cites: [
      { source: 'servers.md', what: '"CopyObject If-None-Match ignored": every one that answers it' },
      {
        source: 'apache/opendal#7526',
        what: 'the COS backend drops if_not_exists of a copy: all concurrent committers win',
      },
    ],
    killedBy: 'object.copy.keeps-the-first',
    breaks: () => (sound) => ({
      ...sound,
      async copy(from, to, options) {
        const found = await sound.get(from, options)
        if (!found) return null
        await sound.put(to, found.bytes, options)
        return 'created'
      },
    }),
  },
  {
    id: 'copy-looks-then-copies',
    broken: 'A copy looks whether its target is free, then copies.',
    cites: [
      {
        source: 'papra-hq/papra#1518',
        what: 'copyFile checks the destination before writing; a writer in between is replaced',
      },
    ],
    killedBy: 'object.copy.one-winner',
    breaks: () => (sound) => ({
      ...sound,
      async copy(from, to, options) {
        const found = await sound.get(from, options)
        if (!found) return null
        if (await sound.stat(to, options)) return 'exists'
        await turn()
        await sound.put(to, found.bytes, options)
        return 'created'
      },
    }),
  },
  {
    id: 'batch-parent-is-what-is-seen-now',
    broken: 'A batch is put on top of the tip that there is, not of the parent that its writer saw.',
    cites: [
      {
        source: 'dolthub/doltlite#1470',
        what: "the check of the branch tip compared a tip against itself and passed: a peer's commit was overwritten",
      },
    ],
    killedBy: 'object.batch.stale-parent',
    flavour: { batch: true },
    breaks: () => (sound) => ({
      ...sound,
      batch: {
        ...sound.batch,
        commit: async (writes, options) =>
          sound.batch.commit(writes, { ...options, parent: await sound.batch.tip({}) }),
      },
    }),
  },
  {
    id: 'batch-stops-half-way',
    broken: 'The writes of a batch are applied one by one, until one of them may not be.',
    cites: [
      {
        source: 'floci-io/floci-az#169',
        what: 'a transactional batch mutated storage operation by operation: failed batches were committed in part',
      },
      { source: 'NorthskySocial/stratos#13', what: 'applyWrites commits each operation of a batch on its own' },
    ],
    killedBy: 'object.batch.all-or-nothing',
    flavour: { batch: true },
    breaks: () => (sound) => ({
      ...sound,
      batch: {
        ...sound.batch,
        async commit(writes, { parent, ...options }) {
          if (parent !== (await sound.batch.tip({}))) return 'stale'
          for (const { key, bytes, precondition } of writes) {
            if (precondition === 'none') await sound.put(key, bytes, options)
            else if ((await sound.putIfAbsent(key, bytes, options)) === 'exists') return 'stale'
          }
          return { commit: await sound.batch.tip({}) }
        },
      },
    }),
  },
]
