import { mkdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFiles } from '../../src/adapters/fs/files.ts'
import type { Files } from '../../src/ports/files.ts'
import { artifactOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World } from './world.ts'

const FILES = { 'a.txt': 'alpha', 'data/b.txt': 'beta', 'data/c.log': 'gamma', empty: '' }

async function logged(kind: Kind): Promise<World> {
  const world = await createWorld(kind)
  await world.lading.save(artifactOf('model', FILES))
  return world
}

/** The user's folders on a disk that cannot tell names apart that differ only in case or in normalisation. */
function forgetfulFiles(): Files {
  const files = createFiles()
  return {
    kind: (path) => files.kind(path),
    file: (path) => files.file(path),
    walk: (folder, options) => files.walk(folder, options),
    basename: (path) => files.basename(path),
    target(root) {
      const target = files.target(root)
      return {
        root: target.root,
        naming: async () => ({ caseSensitive: false, normalises: true }),
        inspect: (path, options) => target.inspect(path, options),
        inspectAll: (paths, options) => target.inspectAll(paths, options),
        places: (paths, options) => target.places(paths, options),
        write: (path, chunks, options) => target.write(path, chunks, options),
        sweep: (options) => target.sweep(options),
        assertExpendable: (options) => target.assertExpendable(options),
        foreign: (keep, options) => target.foreign(keep, options),
        clear: (path, options) => target.clear(path, options),
        prune: (keep, options) => target.prune(keep, options),
      }
    },
  }
}

describe.each(KINDS)('downloading from %s', (kind) => {
  test('every file is written, and told', async () => {
    const { lading, at, tree } = await logged(kind)
    const version = await lading.getArtifact('model')

    const result = await version.download({ root: at('out') })

    expect(await tree('out')).toEqual(FILES)
    expect(result).toEqual({
      root: at('out'),
      written: Object.keys(FILES),
      replaced: [],
      kept: [],
      references: [],
      unverified: [],
      bytes: 14,
    })
  })

  test('intact files are kept, missing and modified ones are written, foreign ones left', async () => {
    const { lading, at, tree, file } = await logged(kind)
    const version = await lading.getArtifact('model')
    await version.download({ root: at('out') })
    const { ino } = await stat(at('out/empty'))
    await file('out/a.txt', 'ALPHA')
    await file('out/data/b.txt', 'another size')
    await file('out/data/foreign.txt', 'mine')

    const { written, replaced, kept } = await version.download({ root: at('out') })

    expect(written).toEqual(['a.txt', 'data/b.txt'])
    expect(replaced).toEqual(['a.txt', 'data/b.txt'])
    expect(kept).toEqual(['data/c.log', 'empty'])
    expect(await tree('out')).toEqual({ ...FILES, 'data/foreign.txt': 'mine' })
    expect((await stat(at('out/empty'))).ino).toBe(ino)
  })

  test('what a killed download left behind is removed, in folders below the root too', async () => {
    const { lading, at, tree, file } = await logged(kind)
    const version = await lading.getArtifact('model')
    await version.download({ root: at('out') })
    for (const folder of ['out', 'out/data']) {
      const leftover = await file(`${folder}/.lading-0123456789abcdef.part`, 'half')
      await utimes(leftover, 0, 0)
    }

    await version.download({ root: at('out') })

    expect(await tree('out')).toEqual(FILES)
  })

  test('without a root it goes to artifacts/<project>/<name>_v<N> below the working folder', async () => {
    const { lading, at, tree } = await logged(kind)
    const before = process.cwd()
    onTestFinished(() => process.chdir(before))
    await mkdir(at('work'), { recursive: true })
    process.chdir(at('work'))

    await (await lading.getArtifact('model')).download()

    expect(await tree('work/artifacts/demo/model_v0')).toEqual(FILES)
  })

  test('include chooses files', async () => {
    const { lading, at, tree } = await logged(kind)
    await (await lading.getArtifact('model')).download({ root: at('out'), include: ['data/*.txt', 'empty'] })
    expect(Object.keys(await tree('out'))).toEqual(['data/b.txt', 'empty'])
  })

  test('a link that is already there is not followed out of the root', async () => {
    const { lading, at, file, tree } = await logged(kind)
    await file('outside/b.txt', 'mine')
    await file('elsewhere.txt', 'mine')
    await mkdir(at('folder-link'))
    await symlink(at('outside'), at('folder-link/data'))
    await mkdir(at('file-link'))
    await symlink(at('elsewhere.txt'), at('file-link/a.txt'))
    const version = await lading.getArtifact('model')

    for (const root of ['folder-link', 'file-link'])
      await refusal('CONFLICT', () => version.download({ root: at(root) }))

    expect(await tree('outside')).toEqual({ 'b.txt': 'mine' })
    expect(await readFile(at('elsewhere.txt'), 'utf8')).toBe('mine')
  })

  test('a folder in the place of a file is CONFLICT and stays', async () => {
    const { lading, at, file } = await logged(kind)
    await file('out/a.txt/mine', 'm')
    await refusal('CONFLICT', async () => (await lading.getArtifact('model')).download({ root: at('out') }))
    expect(await readFile(at('out/a.txt/mine'), 'utf8')).toBe('m')
  })

  test('an interrupted download leaves whole files only, and goes on where it stopped', async () => {
    const { lading, at, tree } = await createWorld(kind)
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`f${String(i).padStart(2, '0')}`, `${i}`.repeat(1_000)]),
    )
    await lading.save(artifactOf('model', files))
    const version = await lading.getArtifact('model')
    const stop = new AbortController()
    const onProgress = ({ files: done }: { files: number }) => {
      if (done >= 5) stop.abort()
    }

    await refusal('ABORTED', () => version.download({ root: at('out'), onProgress, signal: stop.signal }))

    const some = await tree('out')
    expect(Object.keys(some).length).toBeGreaterThanOrEqual(5)
    for (const [path, content] of Object.entries(some)) expect(content).toBe(files[path])
    const { written, kept } = await version.download({ root: at('out') })
    expect(kept).toEqual(Object.keys(some))
    expect(written.length).toBe(40 - kept.length)
    expect(await tree('out')).toEqual(files)
  })

  test('a damaged blob is CORRUPT with path, expected and actual; that file does not appear', async () => {
    const { lading, at, tree, damage } = await logged(kind)
    const version = await lading.getArtifact('model')
    const { digest } = await version.file('data/b.txt')
    await damage(digest)

    const error = await refusal('CORRUPT', () => version.download({ root: at('out') }))

    expect(error.key).toContain('data/b.txt')
    expect(error.detail).toMatch(new RegExp(`${digest}.*[0-9a-f]{64}`))
    expect(await tree('out')).not.toHaveProperty('data/b.txt')
  })

  test('paths that meet on the disk are CONFLICT before anything is written', async () => {
    const { lading, at, tree } = await createWorld(kind, { files: forgetfulFiles() })
    for (const [name, paths] of [
      ['case', ['README', 'readme']],
      ['normalisation', ['caf\u00e9', 'cafe\u0301']],
    ] as const) {
      await lading.save(artifactOf(name, { ...FILES, [paths[0]]: '1', [paths[1]]: '2' }))
      const version = await lading.getArtifact(name)

      const error = await refusal('CONFLICT', () => version.download({ root: at('out') }))
      expect(error.detail).toContain(JSON.stringify(paths[1]))
      expect(await tree('out')).toEqual({})

      const { written } = await version.download({ root: at(`${name}-one`), include: [paths[0], 'a.txt'] })
      expect(written.length).toBe(2)
    }
  })

  test('progress counts what has to be written', async () => {
    const { lading, at, file } = await logged(kind)
    await file('out/a.txt', 'alpha')
    let last: unknown
    await (await lading.getArtifact('model')).download({ root: at('out'), onProgress: (progress) => (last = progress) })
    expect(last).toEqual({ phase: 'download', files: 3, filesTotal: 3, bytes: 9, bytesTotal: 9 })
  })

  test('temporary files of a killed download are removed by a later one, once they are old', async () => {
    const { lading, at, tree } = await logged(kind)
    const leftover = join(at('out'), '.lading-0123456789abcdef.part')
    await mkdir(at('out'), { recursive: true })
    await writeFile(leftover, 'half')
    const { utimes } = await import('node:fs/promises')
    await utimes(leftover, 1, 1)

    await (await lading.getArtifact('model')).download({ root: at('out') })

    expect(await tree('out')).toEqual(FILES)
  })
})

describe.each(KINDS)('one file of a version in %s', (kind) => {
  test('bytes, text and json are the whole file', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { 'config.json': '{"layers":[1,2]}', 'note.txt': 'Grüße' }))
    const version = await lading.getArtifact('model')

    expect(await (await version.file('config.json')).json()).toEqual({ layers: [1, 2] })
    expect(await (await version.file('note.txt')).text()).toBe('Grüße')
    expect(await (await version.file('note.txt')).bytes()).toEqual(new TextEncoder().encode('Grüße'))
    expect(await version.file('note.txt')).toMatchObject({ path: 'note.txt', size: 7 })
  })

  test.each([
    [undefined, undefined, true, '0123456789'],
    [0, undefined, true, '0123456789'],
    [3, undefined, false, '3456789'],
    [3, 6, false, '345'],
    [0, 4, false, '0123'],
    [8, 99, false, '89'],
    [10, undefined, false, ''],
    [12, 20, false, ''],
    [4, 4, false, ''],
  ])('stream from %s to %s is verified: %s', async (start, end, verified, expected) => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '0123456789' }))
    const range = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }

    const stream = (await (await lading.getArtifact('model')).file('f')).stream(range)

    let text = ''
    for await (const chunk of stream) text += Buffer.from(chunk).toString()
    expect([stream.verified, text]).toEqual([verified, expected])
  })

  test('what cannot be read is refused: another path, no range, no text, no JSON', async () => {
    const { lading } = await createWorld(kind)
    const version = artifactOf('model', { f: 'no json' }).addFile(new Uint8Array([0xff, 0xfe]), 'binary')
    await lading.save(version)
    const stored = await lading.getArtifact('model')
    const file = await stored.file('f')

    await refusal('NOT_FOUND', () => stored.file('g'))
    for (const range of [{ start: -1 }, { start: 3, end: 2 }, { start: 0.5 }, { end: Number.NaN }]) {
      await refusal('INVALID', () => file.stream(range))
    }
    await refusal('INVALID', async () => (await stored.file('binary')).text())
    await refusal('INVALID', () => file.json())
  })

  test('damaged bytes are CORRUPT with path, expected and actual', async () => {
    const { lading, damage } = await createWorld(kind)
    await lading.save(artifactOf('model', { 'data/f': 'content' }))
    const file = await (await lading.getArtifact('model')).file('data/f')
    await damage(file.digest)

    const error = await refusal('CORRUPT', () => file.bytes())

    expect(error.key).toContain('data/f')
    expect(error.detail).toMatch(new RegExp(`${file.digest}.*[0-9a-f]{64}`))
  })

  test('a reader that stops early stops the reading', async () => {
    const { lading, file, at } = await createWorld(kind)
    await file('large', Buffer.alloc(5 * 1024 * 1024, 1))
    await lading.save(at('large'), {})
    const stored = await (await lading.getArtifact('large')).file('large')
    for await (const chunk of stored.stream()) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    expect((await stored.bytes()).length).toBe(5 * 1024 * 1024)
  })

  test('a signal stops it', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }))
    const stored = await (await lading.getArtifact('model')).file('f')
    await refusal('ABORTED', () => stored.bytes({ signal: AbortSignal.abort() }))
  })
})

describe.each(KINDS)('verifying a version in %s', (kind) => {
  test('a folder: what is missing or modified is listed, foreign files are not', async () => {
    const { lading, at, file } = await logged(kind)
    const version = await lading.getArtifact('model')
    await version.download({ root: at('out'), include: ['a.txt', 'data/*'] })
    expect((await version.verify(at('out'))).differences).toEqual([
      { path: 'empty', problem: 'missing', detail: expect.any(String) },
    ])
    await file('out/empty', '')
    await file('out/foreign', 'f')
    expect(await version.verify(at('out'))).toEqual({
      ok: true,
      verified: 4,
      differences: [],
      unverifiable: [],
      record: null,
    })

    await file('out/a.txt', 'ALPHA')
    await file('out/data/b.txt', 'longer')

    const { ok, differences } = await version.verify(at('out'))
    expect(ok).toBe(false)
    expect(differences.map(({ path, problem }) => [path, problem])).toEqual([
      ['a.txt', 'modified'],
      ['data/b.txt', 'modified'],
    ])
  })

  test('a folder or a link in the place of a file, or of a folder, is a difference; a file as the folder is CONFLICT', async () => {
    const { lading, at, file } = await logged(kind)
    const version = await lading.getArtifact('model')
    await version.download({ root: at('out') })
    for (const path of ['out/a.txt', 'out/data', 'out/empty']) await rm(at(path), { recursive: true })
    await mkdir(at('out/a.txt'))
    await symlink(at('nowhere'), at('out/data'))
    await symlink(at('nowhere'), at('out/empty'))

    const { ok, differences } = await version.verify(at('out'))

    expect(ok).toBe(false)
    expect(differences).toEqual([
      { path: 'a.txt', problem: 'modified', detail: expect.stringContaining('folder') },
      { path: 'data/b.txt', problem: 'modified', detail: expect.stringContaining('link') },
      { path: 'data/c.log', problem: 'modified', detail: expect.stringContaining('link') },
      { path: 'empty', problem: 'modified', detail: expect.stringContaining('link') },
    ])
    const other = await file('a-file', '1')
    await refusal('CONFLICT', () => version.verify(other))
  })

  test('the stored bytes: what is damaged is listed with expected and actual', async () => {
    const { lading, damage } = await logged(kind)
    const version = await lading.getArtifact('model')
    expect(await version.verify()).toMatchObject({ ok: true, verified: 4 })
    const { digest } = await version.file('data/b.txt')
    await damage(digest)

    const { ok, differences } = await version.verify()

    expect(ok).toBe(false)
    expect(differences).toEqual([
      { path: 'data/b.txt', problem: 'corrupt', detail: expect.stringMatching(new RegExp(`${digest}.*[0-9a-f]{64}`)) },
    ])
  })

  test('progress and signal', async () => {
    const { lading } = await logged(kind)
    const version = await lading.getArtifact('model')
    let last: unknown
    await version.verify(undefined, { onProgress: (progress) => (last = progress) })
    expect(last).toEqual({ phase: 'verify', files: 4, filesTotal: 4, bytes: 14, bytesTotal: 14 })
    await refusal('ABORTED', () => version.verify(undefined, { signal: AbortSignal.abort() }))
  })

  test('a damaged manifest is CORRUPT', async () => {
    const { lading, open, damage } = await logged(kind)
    await damage((await lading.getArtifact('model')).digest)
    await refusal('CORRUPT', async () => (await (await open()).getArtifact('model')).entries())
  })
})
