import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import type { Lading, Move } from '../../src/index.ts'
import { spawnScript } from './child-process.ts'
import { takeSnapshot } from './store-snapshot.ts'
import type { Snapshot } from './store-snapshot.ts'
import { randomFrom } from './writer-process.ts'
import type { WriterLine, WriterTask } from './writer-process.ts'

/** What is logged when all of them are gone. */
const AFTERWARDS = 'afterwards'

/** How many processes write, how many of them are killed, and what the randomness starts from. */
export interface Rush {
  readonly store: string
  readonly processes: number
  readonly killed: number
  /** Operations of a process that lives. */
  readonly count: number
  readonly seed: number
}

/** What one process said before it ended. */
export interface Said {
  readonly owner: string
  readonly killed: boolean
  readonly lines: readonly WriterLine[]
}

/** Lets the processes write at once and kills some, each after it said a random number of lines. */
export async function rush({ store, processes, killed, count, seed }: Rush): Promise<readonly Said[]> {
  const random = randomFrom(seed)
  const writers = Array.from({ length: processes }, async (_, index): Promise<Said> => {
    const owner = `w${index}`
    const task: WriterTask = { store, owner, seed: seed * 1_000 + index, count }
    const linesLeft = index < killed ? 1 + random(2 * count) : Infinity
    let said = 0
    const child = spawnScript('writer-process', task, () => {
      if (++said === linesLeft) child.kill()
    })
    const { code, signal, lines, errors } = await child.ended
    if (signal !== 'SIGKILL' && code !== 0) throw new Error(`writer ${owner} failed: ${errors}`)
    return { owner, killed: signal === 'SIGKILL', lines: lines.map((line) => JSON.parse(line) as WriterLine) }
  })
  return Promise.all(writers)
}

/** Everything that must hold once the processes are gone, seen by one that has just started. */
export async function expectNothingLost(store: string, said: readonly Said[]): Promise<void> {
  await using lading = await openStore(store, { project: 'demo' })
  const artifacts = new Set(said.flatMap(({ lines }) => lines.map(({ artifact }) => artifact)))
  for (const artifact of artifacts) {
    // Also brings to its end what a killed process had begun.
    const { n } = await lading.save(new Artifact(artifact).addFile(text(AFTERWARDS), 'content'))
    const snapshot = await takeSnapshot(lading, artifact)
    expect(snapshot.versions, `${artifact}: dense numbers`).toHaveLength(n + 1)
    expectVersions(snapshot, artifact, said)
    expectAliases(snapshot, artifact, said)
    expectChained(await lading.artifact(artifact).history(), snapshot)
    await expectIntact(lading, artifact, snapshot)
  }
  const root = store.startsWith('sqlite:') ? `${store.slice('sqlite:'.length)}-blobs` : store
  await expectWholeBlobs(join(root, 'p', 'demo', 'blobs'))
}

/** Nothing acknowledged is lost, nothing is there twice, nothing is there that nobody asked for. */
function expectVersions({ versions }: Snapshot, artifact: string, said: readonly Said[]): void {
  const lines = linesOf(said, artifact)
  const digests = versions.map((version) => (version === 'deleted' ? version : version.digest))
  expect(new Set(digests).size, `${artifact}: each content once`).toBe(versions.length)
  const created = lines.flatMap((line) => (line.kind === 'logged' && line.created ? [line.n] : []))
  expect(new Set(created).size, `${artifact}: each number has one creator`).toBe(created.length)
  for (const line of lines) {
    if (line.kind === 'logged') expect(versions[line.n], line.content).toMatchObject({ digest: line.digest })
  }
  const asked = new Set<string | undefined>([AFTERWARDS])
  for (const line of lines) if (line.kind === 'begins') asked.add(line.content)
  for (const version of versions) {
    if (version !== 'deleted') expect(asked).toContain(version.files['content'])
  }
}

/** An alias that only one process moves is where that process left it; one that was killed may have come further. */
function expectAliases({ aliases, versions }: Snapshot, artifact: string, said: readonly Said[]): void {
  for (const { owner, killed, lines } of said) {
    for (const alias of [`last-of-${owner}`, `mine-${owner}`]) {
      const moves = lines.flatMap((line) => (line.kind === 'moved' && line.alias === alias ? [line] : []))
      const last = moves.findLast((move) => move.artifact === artifact)
      if (last === undefined || killed) continue
      expect(aliases[alias], `${artifact}:${alias}`).toBe(`v${last.n}`)
    }
  }
  expect(aliases['latest']).toBe(`v${versions.length - 1}`)
  for (const target of Object.values(aliases)) expect(versions[Number(target.slice(1))], target).toBeDefined()
}

/** Each move starts where the one before it ended, and the last one where the alias is. */
function expectChained(moves: readonly Move[], { aliases }: Snapshot): void {
  const targets = new Map<string, number | null>()
  for (const { alias, from, to } of moves) {
    expect(from, `the history of ${alias}`).toBe(targets.get(alias) ?? null)
    targets.set(alias, to)
  }
  for (const [alias, target] of targets) expect(`v${target}`).toBe(aliases[alias])
}

async function expectIntact(lading: Lading, artifact: string, { versions }: Snapshot): Promise<void> {
  for (const n of versions.keys()) {
    const verification = await (await lading.getArtifact(`${artifact}:v${n}`)).verify()
    expect(verification, `${artifact}:v${n}`).toMatchObject({ ok: true })
  }
}

/** No name of a blob leads to anything but its bytes. */
export async function expectWholeBlobs(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((found) => found.isFile())) {
    const bytes = await readFile(join(entry.parentPath, entry.name))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(basename(entry.name))
  }
}

function linesOf(said: readonly Said[], artifact: string): readonly WriterLine[] {
  return said.flatMap(({ lines }) => lines.filter((line) => line.artifact === artifact))
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}
