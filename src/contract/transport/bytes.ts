import { sha256 } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { createManifest, manifestDigest } from '../../domain/manifest.ts'
import { sourceOf } from '../data.ts'
import { changeOf, intentOf, logFiles, manifestOf, readFiles, runOf } from './context.ts'
import type { TransportCase } from './context.ts'

const base = { category: 'logging and reading', tier: 'quick', requires: [] } as const

const COMMITS = 'Makes the manifest the next version, or finds the version that has this content.'

/** Bytes in, a version, bytes out. */
export const byteCases: readonly TransportCase[] = [
  {
    ...base,
    id: 'transport.log.round-trip',
    obligation: COMMITS,
    async run({ open, key, project, files, check }) {
      const ann = await open()
      const [first, second] = [files('first'), { ...files('first'), 'new/c': files('second')['a.bin']! }]
      const run = runOf(project, 'r1')

      const v0 = await logFiles(ann, key, { files: first, aliases: ['prod', 'latest'], description: 'a model', run })
      const v1 = await logFiles(ann, key, { files: second, derivedFrom: { ...key, n: 0 } })

      check.equal([v0.n, v0.created, v0.aliases], [0, true, ['latest', 'prod']], 'the first')
      check.equal([v1.n, v1.created, v1.aliases], [1, true, ['latest']], 'the second')
      const ben = await open()
      for (const [n, expected] of [first, second].entries()) {
        const seen = await readFiles(ben, key, n)
        check.equal(Object.keys(seen).sort(), Object.keys(expected).sort(), `paths of v${n}`)
        for (const [path, bytes] of Object.entries(expected)) check.bytesEqual(seen[path], bytes, `${path} of v${n}`)
      }
      const view = await ben.resolve(key, { kind: 'alias', alias: 'prod' }, {})
      check.equal([view?.record.sizeBytes, view?.record.fileCount, view?.record.run], [70_100, 3, run], 'the record')
      check.equal(view?.description, 'a model', 'the description')
      check.equal((await ben.head(key, {}))?.latest?.n, 1, 'head')
    },
  },
  {
    ...base,
    id: 'transport.log.ingest',
    requires: ['onePass'],
    obligation: 'Hashes and stores bytes; answers in the order of `sources`. Requires `onePass`.',
    async run({ open, key, files, check }) {
      const [ann, content] = [await open(), files('a', { a: 70_000, b: 0, c: 10, d: 300_000 })]
      const upload = await ann.upload(key, { bases: [] })
      const counts: number[] = []
      const sources = Object.values(content).map((bytes, index) => sourceOf(bytes, { sized: index % 2 === 0 }))

      const blobs = await upload.ingest(sources, { onBytes: (count) => counts.push(count) })
      const outcome = await upload.commit(manifestOf(content), intentOf(), {})

      const expected = Object.values(content).map((bytes) => ({ digest: sha256(bytes), sizeBytes: bytes.length }))
      check.equal(
        blobs.map(({ digest, sizeBytes }) => ({ digest, sizeBytes })),
        expected,
        'what was stored',
      )
      check.equal(
        counts.reduce((sum, count) => sum + count, 0),
        370_010,
        'bytes that were counted',
      )
      check.equal([upload.key, upload.head, outcome.n], [key, null, 0], 'the upload')
      const seen = await readFiles(await open(), key, 0)
      for (const [path, bytes] of Object.entries(content)) check.bytesEqual(seen[path], bytes, path)
    },
  },
  {
    ...base,
    id: 'transport.log.missing',
    obligation: 'Which of these blobs the service does not have yet.',
    async run({ open, key, bytes, check }) {
      const ann = await open()
      const item = (name: string) => {
        const content = bytes(name, 200_000)
        return { digest: sha256(content), sizeBytes: content.length, source: sourceOf(content) }
      }
      const [there, absent] = [item('there'), item('absent')]
      const wanted = [there, absent].map(({ digest, sizeBytes }) => ({ digest, sizeBytes }))
      const upload = await ann.upload(key, { bases: [] })
      check.equal(await upload.missing([], {}), [], 'of none')
      check.equal(await upload.missing(wanted, {}), wanted, 'before')

      await upload.write([there], {})

      check.equal(await upload.missing(wanted, {}), [wanted[1]!], 'after, in the same upload')
      const later = await (await open()).upload(key, { bases: [] })
      check.equal(await later.missing(wanted, {}), [wanted[1]!], 'in another one')
      const other = await ann.upload({ ...key, project: `${key.project}-2` }, { bases: [] })
      check.equal(await other.missing(wanted, {}), wanted, 'in another project')
    },
  },
  {
    ...base,
    id: 'transport.log.bases',
    obligation:
      'Begins a log. `bases`: manifests whose blobs the new version shares, so that they need not be asked for.',
    async run({ open, key, files, check }) {
      const ann = await open()
      const first = files('first', { a: 100, b: 200, c: 70_000 })
      const digest = manifestDigest(manifestOf(first))
      await logFiles(ann, key, { files: first })
      const second = { ...first, d: files('second', { d: 300 })['d']! }

      const upload = await (await open()).upload(key, { bases: [digest] })
      const fresh = { digest: sha256(second.d), sizeBytes: second.d.length }
      await upload.write([{ ...fresh, source: sourceOf(second.d) }], {})
      const outcome = await upload.commit(manifestOf(second), intentOf(), {})

      check.equal([outcome.n, upload.head?.next], [1, 1])
      const seen = await readFiles(await open(), key, 1)
      for (const [path, bytes] of Object.entries(second)) check.bytesEqual(seen[path], bytes, path)
    },
  },
  {
    ...base,
    id: 'transport.log.known-content',
    obligation: COMMITS,
    async run({ open, key, project, files, check }) {
      const [ann, ben] = [await open(), await open()]
      await logFiles(ann, key, { files: files('A') })
      await logFiles(ann, key, { files: files('B') })
      const run = runOf(project, 'r2')

      const again = await logFiles(ben, key, { files: files('A'), aliases: ['prod'], run })

      check.equal([again.n, again.created, again.aliases], [0, false, ['prod']], 'the outcome')
      check.equal((await ben.linksOf({ ...key, n: 0 }, {})).out, [run], 'the run logged it all the same')
      const superseding = await logFiles(ben, key, { files: files('A'), supersede: true })
      check.equal([superseding.n, superseding.created], [2, true], 'supersede makes a new one')
    },
  },
  {
    ...base,
    id: 'transport.log.absent-blobs',
    obligation: COMMITS,
    async run({ open, key, files, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      const content = files('A')
      await logFiles(ann, key, { files: content })
      const upload = await ann.upload(key, { bases: [] })
      const absent = { ...content, 'nobody/sent.bin': bytes('nobody sent it', 10) }

      const error = await check.rejects(upload.commit(manifestOf(absent), intentOf(), {}), 'NOT_FOUND')

      check.equal(error.message.includes('nobody/sent.bin'), true, 'the error names the path')
      check.equal((await ben.head(key, {}))?.next, 1, 'versions')
      check.equal((await logFiles(ben, key, { files: absent })).n, 1, 'its number is free')
    },
  },
  {
    ...base,
    id: 'transport.log.refused',
    obligation: 'The facade has checked every argument before an adapter sees it.',
    async run({ open, key, files, check }) {
      const ann = await open()
      await logFiles(ann, key, { files: files('A') })
      const upload = await ann.upload(key, { bases: [] })
      const manifest = manifestOf(files('A'))

      await check.rejects(upload.commit(createManifest([]), intentOf(), {}), 'INVALID', 'without entries')
      await check.rejects(upload.commit(manifest, intentOf({ aliases: ['v1'] }), {}), 'INVALID', 'a bad alias')
      await check.rejects(upload.commit(manifest, intentOf({ type: '' }), {}), 'INVALID', 'a bad type')
      await check.rejects(upload.commit(manifest, intentOf({ opId: '' }), {}), 'INVALID', 'no operation id')
      await check.rejects(upload.commit(manifest, intentOf({ run: runOf('a/b', 'r') }), {}), 'INVALID', 'a bad run')
      await check.rejects(upload.commit(manifest, intentOf({ type: 'dataset' }), {}), 'CONFLICT', 'another type')
      for (const artifact of ['', '..', 'a/b']) {
        await check.rejects(ann.upload({ ...key, artifact }, { bases: [] }), 'INVALID', `an artifact ${artifact}`)
      }

      check.equal((await ann.head(key, {}))?.next, 1, 'versions')
    },
  },
  {
    ...base,
    id: 'transport.write.all-or-nothing',
    obligation: 'Stores blobs whose digests are known.',
    async run({ open, key, bytes, check }) {
      const upload = await (await open()).upload(key, { bases: [] })
      const content = bytes('a', 300_000)
      const blob = { digest: sha256(content), sizeBytes: content.length }
      const controller = new AbortController()
      const stopping = sourceOf(content, { before: (taken) => void (taken === 2 && controller.abort()) })
      const problem = new Error('the disk is gone')
      const failing = sourceOf(content, {
        before: (taken) => {
          if (taken === 2) throw problem
        },
      })
      const lying = sourceOf(bytes('b', 300_000))

      await check.rejects(upload.write([{ ...blob, source: stopping }], { signal: controller.signal }), 'ABORTED')
      const [failed] = await Promise.allSettled([upload.write([{ ...blob, source: failing }], {})])
      check.equal(failed.status === 'rejected' && failed.reason === problem, true, "the source's own error comes back")
      await check.rejects(upload.write([{ ...blob, source: lying }], {}), 'CORRUPT', 'other bytes')

      check.equal(await upload.missing([blob], {}), [blob], 'nothing is there')
      await upload.write([{ ...blob, source: sourceOf(content) }], {})
      check.equal(await upload.missing([blob], {}), [], 'written at last')
    },
  },
  {
    ...base,
    id: 'transport.read.ranges-and-absent',
    obligation: 'Reads blobs of a version as `ProjectBlobs.read` does: whole ones are verified.',
    async run({ open, key, files, bytes, check }) {
      const ann = await open()
      const content = files('A', { a: 200_000 })
      await logFiles(ann, key, { files: content })
      const from = { project: key.project, manifest: manifestDigest(manifestOf(content)) }
      const digest = sha256(content['a']!)
      const want = { digest, sizeBytes: 200_000 }
      const parts: Uint8Array[] = []

      const wants = [
        { ...want, range: { from: 5, to: 100_000 } },
        { ...want, range: { last: 7 } },
      ]
      await ann.read(
        from,
        wants,
        async (index, chunks) => {
          const copies: Uint8Array[] = []
          for await (const chunk of chunks) copies.push(chunk.slice())
          parts[index] = new Uint8Array(Buffer.concat(copies))
        },
        {},
      )

      check.bytesEqual(parts[0], content['a']!.subarray(5, 100_000), 'a range')
      check.bytesEqual(parts[1], content['a']!.subarray(-7), 'the end')
      const absent = { digest: sha256(bytes('absent', 10)), sizeBytes: 10 }
      await check.rejects(
        ann.read(from, [absent], async () => {}, {}),
        'NOT_FOUND',
        'a blob that is not there',
      )
      const version = { ...key, n: 0 }
      await check.rejects(ann.manifest(version, absent.digest, {}), 'NOT_FOUND', 'a manifest that is not there')
      await check.rejects(ann.manifest(version, digest, {}), 'CORRUPT', 'a file is no manifest')
      const problem = new LadingError('CONFLICT', { detail: 'the target is in the way' })
      const reading = ann.read(
        from,
        [want],
        async () => {
          throw problem
        },
        {},
      )
      await check.rejects(reading, 'CONFLICT', "the sink's own error")
    },
  },
  {
    ...base,
    id: 'transport.metadata.small-and-large',
    obligation: 'The metadata of a version, as it was logged or as it was replaced since.',
    async run({ open, key, files, check }) {
      const ann = await open()
      const small = JSON.parse('{"a": [1.5, null, "✓"], "__proto__": {"b": true}}') as { a: string }
      const large = { text: 'x'.repeat(100_000) }
      await logFiles(ann, key, { files: files('none') })
      await logFiles(ann, key, { files: files('small'), metadata: small })
      await logFiles(ann, key, { files: files('large'), metadata: large })
      const metadataOf = async (n: number) => {
        const ben = await open()
        return ben.metadata((await ben.resolve(key, { kind: 'version', n }, {}))!, {})
      }
      check.equal([await metadataOf(0), await metadataOf(1), await metadataOf(2)], [null, small, large], 'as logged')

      await ann.updateMetadata({ ...key, n: 0 }, { ...changeOf(), metadata: large }, {})
      await ann.updateMetadata({ ...key, n: 1 }, { ...changeOf(), metadata: null }, {})
      check.equal([await metadataOf(0), await metadataOf(1)], [large, null], 'replaced')

      await logFiles(ann, key, { files: files('large'), metadata: { lr: 1 } })
      await logFiles(ann, key, { files: files('none') })
      check.equal([await metadataOf(2), await metadataOf(0)], [{ lr: 1 }, large], 'by a log of known content')
      const bad = { a: Number.POSITIVE_INFINITY }
      await check.rejects(ann.updateMetadata({ ...key, n: 1 }, { ...changeOf(), metadata: bad }, {}), 'INVALID')
    },
  },
]
