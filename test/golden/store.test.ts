import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ROOT } from '../../scripts/run.ts'
import { openStore } from '../../src/composition/open-store.ts'
import { GOLDEN_STORES, readFolder } from './stores.ts'
import type { StoreFiles } from './stores.ts'

const FORMAT_CHANGED =
  'A store does not hold what it held. If keys or members are others, this changes the format, and stores that exist ' +
  'must stay readable: see FORMAT in src/protocol/format.ts, docs/on-disk-format.md and changelog/TEMPLATE. If it is ' +
  'meant, run `npx node scripts/golden.ts`.'

describe.each(Object.entries(GOLDEN_STORES))('the golden files of %s', (name, create) => {
  it('are what is written today, key by key and byte by byte', async () => {
    const [written, golden] = await Promise.all([create(), readFolder(`${ROOT}test/golden/${name}`)])

    expect(differencesOf(written, golden)).toEqual([])
  })
})

describe('a store that was written before', () => {
  it('is read whole: versions, aliases, their moves, metadata, lineage and every byte', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lading-golden-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await cp(`${ROOT}test/golden/store`, join(folder, 'store'), { recursive: true })

    await using lading = await openStore(join(folder, 'store'), { project: 'demo' })
    const versions = await Array.fromAsync(lading.artifact('resnet').versions())
    const [v2, v1] = versions

    expect(versions.map(({ version, aliases }) => [version, aliases])).toEqual([
      ['v2', ['latest']],
      ['v1', ['prod']],
    ])
    await expect(lading.getArtifact('resnet:v0')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const moves = await lading.aliasHistory('resnet', 'prod')
    expect(moves.map(({ from, to }) => [from, to])).toEqual([
      [null, 0],
      [0, 1],
    ])
    expect(await v1!.metadata()).toEqual({ accuracy: 0.93 })
    expect((await v1!.producedBy()).map(({ id }) => id)).toEqual(['train-1', 'evaluate-1'])
    expect((await v1!.usedBy()).map(({ id }) => id)).toEqual(['evaluate-1'])
    expect(v2!.derivedFrom).toEqual({ project: 'demo', artifact: 'resnet', n: 1 })
    for (const version of versions) expect((await version.verify()).ok).toBe(true)
    expect(await (await v2!.file('report.txt')).text()).toBe('accuracy: 0.93\n')
  })
})

/** Nothing, or what it means and what differs. */
function differencesOf(written: StoreFiles, golden: StoreFiles): unknown[] {
  const keys = [...new Set([...golden.keys(), ...written.keys()])].toSorted()
  const text = (files: StoreFiles, key: string): string | null => {
    const bytes = files.get(key)
    return bytes === undefined ? null : Buffer.from(bytes).toString('latin1')
  }
  const shown = keys.map((key) => ({ key, golden: text(golden, key), written: text(written, key) }))
  const differences = shown.filter((each) => each.golden !== each.written)
  return differences.length === 0 ? [] : [FORMAT_CHANGED, ...differences]
}
