import { execFileSync } from 'node:child_process'
import { appendFile, link, mkdir, symlink, truncate } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { Artifact } from '../../src/index.ts'
import { all, artifactOf, bytesOf, createWorld, KINDS, refusal } from './world.ts'

describe.each(KINDS)('building an artifact, logged to %s', (kind) => {
  test('files, bytes, streams and folders become one set of paths', async () => {
    const { lading, file, at } = await createWorld(kind)
    await file('weights.bin', 'w')
    await file('data/a.txt', 'a')
    await file('data/deep/b.txt', 'b')
    await mkdir(at('data/empty'))
    const stream = new Blob(['streamed']).stream()
    const draft = new Artifact('model')
      .addFile(at('weights.bin'))
      .addFile(bytesOf('bytes'), 'notes/bytes.txt')
      .addFile(stream, 'notes/stream.txt')
      .addDir(at('data'), 'data')

    await lading.save(draft)

    const paths = draft.entries().map(({ path }) => path)
    expect(paths).toEqual(['data/a.txt', 'data/deep/b.txt', 'notes/bytes.txt', 'notes/stream.txt', 'weights.bin'])
  })

  test('add takes a file under its name and the contents of a folder; include and exclude choose', async () => {
    const { lading, file, at } = await createWorld(kind)
    await file('one.txt', '1')
    await file('data/a.txt', 'a')
    await file('data/b.log', 'b')
    await file('data/.hidden.txt', 'h')
    const draft = new Artifact('model').add(at('one.txt')).add(at('data'))
    const chosen = new Artifact('chosen').addDir(at('data'), '', { include: '*.txt', exclude: ['.hidden*'] })

    await lading.save(draft)
    await lading.save(chosen)

    expect(draft.entries().map(({ path }) => path)).toEqual(['.hidden.txt', 'a.txt', 'b.log', 'one.txt'])
    expect(chosen.entries().map(({ path }) => path)).toEqual(['a.txt'])
  })

  test('the same path again: same content is fine, other content is CONFLICT unless it overwrites', async () => {
    const { lading } = await createWorld(kind)
    const twice = () => artifactOf('model', { f: 'one' })

    await lading.save(twice().addFile(bytesOf('one'), 'f'))
    const error = await refusal('CONFLICT', () => lading.save(twice().addFile(bytesOf('two'), 'f')))
    const overwritten = await lading.save(twice().addFile(bytesOf('two'), 'f', { overwrite: true }))

    expect(error.key).toBe('f')
    expect(overwritten.version).toBe('v1')
  })

  test('remove takes away a path, or all below a folder', async () => {
    const { lading } = await createWorld(kind)
    const draft = artifactOf('model', { a: '1', 'data/b': '2', 'data/c': '3', 'data.txt': '4' })
      .remove('a')
      .remove('data')

    await lading.save(draft)

    expect(draft.entries().map(({ path }) => path)).toEqual(['data.txt'])
  })

  test('paths are kept as they were given: two spellings of one letter are two entries, and another version', async () => {
    const { lading } = await createWorld(kind)
    const [composed, decomposed] = ['caf\u00e9/\u6587', 'cafe\u0301/\u6587']

    await lading.save(artifactOf('model', { [composed]: '1' }))
    const other = await lading.save(artifactOf('model', { [decomposed]: '1' }))
    const both = artifactOf('model', { [composed]: '1', [decomposed]: '1' })
    await lading.save(both)

    expect(other).toMatchObject({ version: 'v1', created: true })
    expect(both.entries().map(({ path }) => path)).toEqual([decomposed, composed])
    expect(await (await (await lading.getArtifact('model:v1')).file(decomposed)).text()).toBe('1')
    await refusal('NOT_FOUND', async () => (await lading.getArtifact('model:v1')).file(composed))
  })

  test('a path that is both a file and a folder is INVALID', async () => {
    const { lading } = await createWorld(kind)
    await refusal('INVALID', () => lading.save(artifactOf('model', { a: '1', 'a/b': '2' })))
  })

  test('a link to a folder inside the folder is followed, and empty folders are not recorded', async () => {
    const { lading, file, at } = await createWorld(kind)
    await file('data/real/f.txt', 'f')
    await mkdir(at('data/empty'))
    await symlink('real', at('data/linked'))
    const draft = new Artifact('model').addDir(at('data'))

    await lading.save(draft)

    expect(draft.entries().map(({ path }) => path)).toEqual(['linked/f.txt', 'real/f.txt'])
  })

  test('links to files inside the folder are followed; what is no file, and links that leave it, are INVALID', async () => {
    const { lading, file, at } = await createWorld(kind)
    await file('outside.txt', 'o')
    await file('good/real.txt', 'r')
    await symlink('real.txt', at('good/linked.txt'))
    await link(at('good/real.txt'), at('good/hard.txt'))
    for (const folder of ['leaves', 'loops', 'fifo', 'dangles']) await mkdir(at(folder))
    await symlink(at('outside.txt'), at('leaves/out.txt'))
    await symlink('.', at('loops/again'))
    await symlink('nothing', at('dangles/to.txt'))
    execFileSync('mkfifo', [at('fifo/pipe')])

    const good = new Artifact('good').addDir(at('good'))
    await lading.save(good)

    expect(good.entries().map(({ path }) => path)).toEqual(['hard.txt', 'linked.txt', 'real.txt'])
    for (const [folder, name] of [
      ['leaves', 'out.txt'],
      ['loops', 'again'],
      ['fifo', 'pipe'],
      ['dangles', 'to.txt'],
    ] as const) {
      const error = await refusal('INVALID', () => lading.save(new Artifact('bad').addDir(at(folder))))
      expect(error.message).toContain(name)
    }
  })

  test('a missing file is NOT_FOUND, and nothing is logged', async () => {
    const { lading, at } = await createWorld(kind)

    await refusal('NOT_FOUND', () => lading.save(new Artifact('model').addFile(at('absent.bin'))))
    await refusal('NOT_FOUND', () => lading.save(new Artifact('model').addDir(at('absent'))))

    await refusal('NOT_FOUND', () => lading.getArtifact('model'))
  })

  test.each([
    ['grows', (path: string) => appendFile(path, 'more')],
    ['shrinks', (path: string) => truncate(path, 10)],
  ])('a file that %s while it is logged is CONFLICT, and nothing is logged', async (_how, change) => {
    const { lading, file, at } = await createWorld(kind)
    await file('large.bin', Buffer.alloc(8 * 1024 * 1024, 7))
    let changed: Promise<void> | undefined
    const onProgress = () => {
      changed ??= change(at('large.bin'))
    }

    const error = await refusal('CONFLICT', () =>
      lading.save(new Artifact('model').addFile(at('large.bin')), { onProgress }),
    )
    await changed

    expect(error.key).toBe(at('large.bin'))
    await refusal('NOT_FOUND', () => lading.getArtifact('model'))
  })

  test('metadata: NaN is null, members that are no JSON are INVALID', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }, { metadata: { loss: Number.NaN, deep: [1, { a: 'b' }] } }))

    expect(await (await lading.getArtifact('model')).metadata()).toEqual({ loss: null, deep: [1, { a: 'b' }] })
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    for (const metadata of [{ a: Infinity }, { a: () => 1 }, cycle, { a: 'x'.repeat(1024 * 1024) }, [1], 'text']) {
      await refusal('INVALID', () => new Artifact('model', { metadata }))
    }
  })

  test('large metadata comes back whole', async () => {
    const { lading } = await createWorld(kind)
    const metadata = { notes: 'x'.repeat(200_000) }
    await lading.save(artifactOf('model', { f: '1' }, { metadata }))

    expect(await (await lading.getArtifact('model')).metadata()).toEqual(metadata)
  })

  test('an artifact without entries cannot be logged', async () => {
    const { lading } = await createWorld(kind)
    await refusal('INVALID', () => lading.save(new Artifact('model')))
    await refusal('INVALID', () => lading.save(artifactOf('model', { f: '1' }).remove('f')))
  })

  test('names and types outside the rule are INVALID', async () => {
    for (const name of ['', '.', '..', 'a/b', 'ä', 'a b', 'x'.repeat(129), `x-${'0'.repeat(32)}`]) {
      await refusal('INVALID', () => new Artifact(name))
    }
    for (const type of ['', 'x'.repeat(129), 'a\nb']) await refusal('INVALID', () => new Artifact('model', { type }))
    for (const path of ['', '/a', '../a', 'a//b', 'a\\b', 'C:x', 'a\u0000b', '\ud800', 'é'.repeat(600)]) {
      await refusal('INVALID', () => new Artifact('model').addFile(bytesOf('1'), path))
    }
  })

  test('after logging it is frozen and tells what was logged; changing it, or logging it again, is INVALID', async () => {
    const { lading } = await createWorld(kind)
    const draft = artifactOf('model', { f: 'four', g: 'five!' })
    expect([draft.version, draft.size, draft.digest, draft.manifest, draft.aliases]).toEqual([
      null,
      null,
      null,
      null,
      [],
    ])

    const logged = await lading.save(draft, { aliases: ['prod'] })

    expect([draft.version, draft.size, draft.aliases]).toEqual(['v0', 9, ['latest', 'prod']])
    expect(draft.digest).toBe(logged.digest)
    expect(draft.manifest?.entries.map(({ path, size }) => [path, size])).toEqual([
      ['f', 4],
      ['g', 5],
    ])
    await refusal('INVALID', () => draft.addFile(bytesOf('1'), 'h'))
    await refusal('INVALID', () => draft.remove('f'))
    await refusal('INVALID', () => lading.save(draft))
  })

  test('while it is logged it can neither be logged again nor changed; a log that failed gives it back', async () => {
    const { lading, file, at } = await createWorld(kind)
    const draft = artifactOf('model', { f: '1' }).addFile(at('late.txt'))
    await refusal('NOT_FOUND', () => lading.save(draft))
    await file('late.txt', 'here now')

    const first = lading.save(draft)
    const again = await refusal('INVALID', () => lading.save(draft))
    await refusal('INVALID', () => draft.addFile(bytesOf('2'), 'g'))

    expect(again.detail).toBe('the artifact is being logged')
    expect(await first).toMatchObject({ version: 'v0', created: true, fileCount: 2 })
    expect((await all(lading.artifact('model').versions())).length).toBe(1)
  })

  test('a backslash in the name of a file is refused where it means nothing, and never cuts the name', async () => {
    await refusal('INVALID', () => new Artifact('model').addFile('x\\y.txt'))
    await refusal('INVALID', () => new Artifact('model').addReference('http://'))
    expect(new Artifact('model').addFile('x/y.txt').entries()).toEqual([{ path: 'y.txt' }])
  })

  test('a reference is an entry without bytes: listed by a download, unverifiable, and no file', async () => {
    const { lading, at } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }).addReference('s3://bucket/data.bin', 'data.bin', { size: 7 }))
    const version = await lading.getArtifact('model')

    const { references, written } = await version.download({ root: at('out') })

    expect(references.map(({ path }) => path)).toEqual(['data.bin'])
    expect(written).toEqual(['f'])
    expect((await version.verify()).unverifiable).toEqual(['data.bin'])
    await refusal('UNSUPPORTED', () => version.file('data.bin'))
  })
})
