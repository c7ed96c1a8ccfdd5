import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/run.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { Artifact } from '../../src/application/client/artifact.ts'
import { openStore } from '../../src/composition/open-store.ts'
import { GOLDEN_STORES, readFolder } from '../golden/stores.ts'
import { readPage, snippetsOf } from './support/markdown.ts'

const PAGE = readPage('docs/on-disk-format.md')

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lading-format-'))
  cpSync(`${ROOT}test/golden/store`, join(folder, 'store'), { recursive: true })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('docs/on-disk-format.md', () => {
  it.each(snippetsOf(PAGE, 'console').flatMap(stepsOf))('shows what `%s` prints', (command, shown) => {
    const { stdout, status } = spawnSync('sh', ['-c', command], { cwd: join(folder, 'store'), encoding: 'utf8' })

    expect(status).toBe(0)
    expect(meaningOf(stdout)).toEqual(meaningOf(shown))
  })

  it('lists every key that a store has, and none that it has not', async () => {
    const rows = [...PAGE.matchAll(/^\| `([^`]+)` \| ([ORB]) \|/gm)].map(([, key, kind]) => patternsOf(key!, kind!))
    const stores = await Promise.all(Object.keys(GOLDEN_STORES).map((name) => readFolder(`${ROOT}test/golden/${name}`)))
    const keys = stores.flatMap((store) => [...store.keys()])

    const unlisted = keys.filter((key) => !rows.some((row) => row.test(key)))
    expect(unlisted).toEqual([])
    expect(rows.filter((row) => !keys.some((key) => row.test(key))).map(String)).toEqual([])
  })

  it('tells the members of every document', async () => {
    const rows = [...PAGE.matchAll(/^\| `([^`]+)` \| (`.+) \|$/gm)].map(([, key, cell]) => ({
      key: patternsOf(key!, 'R'),
      members: membersIn(cell!.split('; of `"')[0]!),
    }))
    const stores = await Promise.all(Object.keys(GOLDEN_STORES).map((name) => readFolder(`${ROOT}test/golden/${name}`)))
    const found = stores.flatMap((store) => [...store]).flatMap(([key, bytes]) => describeMembers(key, bytes))

    expect(found.length).toBeGreaterThan(0)
    for (const { key, members } of found) {
      expect({ key, members }).toEqual({ key, members: rows.find((row) => row.key.test(key))?.members })
    }
  })

  it('is right about backups: a copy made heads first is a store, whatever is logged meanwhile', async () => {
    const [from, to] = [join(folder, 'live'), join(folder, 'copy')]
    await using live = await openStore(from, { project: 'demo' })
    await live.save(artifactOf('one'), { aliases: ['prod'] })
    await live.save(artifactOf('two'))

    copyPart(from, to, (path) => path.startsWith('p/demo/heads'))
    await live.save(artifactOf('three'), { aliases: ['prod'] })
    await live.save(artifactOf('four'))
    copyPart(from, to, (path) => !/^p\/demo\/(heads|blobs)|^staging/.test(path))
    await live.save(artifactOf('five'))
    copyPart(from, to, (path) => path.startsWith('p/demo/blobs'))

    await using copy = await openStore(to, { project: 'demo' })
    expect(await copy.artifact('notes').aliases()).toEqual({ latest: 'v1', prod: 'v0' })
    expect(await copy.save(artifactOf('six'))).toMatchObject({ version: 'v4', created: true })
    expect(await copy.artifact('notes').aliases()).toEqual({ latest: 'v4', prod: 'v2' })
    for await (const version of copy.artifact('notes').versions()) expect((await version.verify()).ok).toBe(true)
  })

  it('is right about damage: a corrupt blob that is removed is put back by the next log of its content', async () => {
    const root = join(folder, 'damaged')
    await using lading = await openStore(root, { project: 'demo' })
    await lading.save(artifactOf('one'))
    const digest = sha256('one')
    const blob = join(root, 'p/demo/blobs', digest.slice(0, 2), digest)
    chmodSync(blob, 0o644)
    writeFileSync(blob, 'two')
    const version = await lading.getArtifact('notes')
    expect((await version.verify()).ok).toBe(false)

    rmSync(blob)
    await lading.save(artifactOf('one'))

    expect((await version.verify()).ok).toBe(true)
  })
})

/** The commands of a console, each with what is printed below it. */
function stepsOf(console: string): [command: string, shown: string][] {
  return console
    .split(/^\$ /m)
    .slice(1)
    .map((step) => [step.slice(0, step.indexOf('\n')), step.slice(step.indexOf('\n') + 1)])
}

/** Documents are compared by what they say: the page breaks their lines. */
function meaningOf(text: string): unknown {
  return /^[[{]/.test(text) ? JSON.parse(text) : text.trim()
}

/** The names before the colons and between them; what stands behind a colon is about a value. */
function membersIn(cell: string): string[] {
  const names = [...cell.matchAll(/(?:^|, )((?:`\w+`, )*`\w+`)/g)].flatMap(([, list]) => list!.split(', '))
  return names.map((name) => name.replaceAll('`', '')).toSorted()
}

/** The members of a document; nothing for a blob, and for a document without any. */
function describeMembers(key: string, bytes: Uint8Array): { key: string; members: string[] }[] {
  const text = Buffer.from(bytes).toString()
  if (/\/(blobs|packs)\//.test(key) || !text.startsWith('{')) return []
  const members = Object.keys(JSON.parse(text) as object).toSorted()
  return members.length === 0 ? [] : [{ key, members }]
}

/** What a key of the table stands for; registers are objects, or folders of numbered bodies. */
function patternsOf(key: string, kind: string): RegExp {
  const part = (name: string): string =>
    name === 'digest' ? '[0-9a-f]{64}' : /^[knm]$/.test(name) ? '\\d{10}' : '[^/]+'
  const pattern = key.replaceAll('.', '\\.').replaceAll(/<([^>]+)>/g, (_, name: string) => part(name))
  return new RegExp(`^${pattern}${kind === 'R' ? '(/\\d{10}/\\d{10})?' : ''}$`)
}

function copyPart(from: string, to: string, wanted: (path: string) => boolean): void {
  const filter = (source: string): boolean => {
    const path = source.slice(from.length + 1)
    return path === '' || wanted(path) || ['p', 'p/demo'].includes(path)
  }
  cpSync(from, to, { recursive: true, filter, force: false })
}

function artifactOf(text: string): Artifact {
  return new Artifact('notes', { type: 'text' }).addFile(new TextEncoder().encode(text), 'note.txt')
}
