import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import { spawnScript } from './child-process.ts'
import { killedDraft } from './killed-at-step.ts'
import { takeSnapshot } from './store-snapshot.ts'
import type { Snapshot } from './store-snapshot.ts'

/** A store with v0 under the alias `prod`. */
export async function prepareStore(folder: string): Promise<string> {
  const store = join(folder, 'before')
  await using lading = await openStore(store, { project: 'demo' })
  const draft = new Artifact('model').addFile(new TextEncoder().encode('known'), 'config')
  await lading.save(draft, { aliases: ['prod'] })
  return store
}

/**
 * Lets a process log v1 into a copy of the store and die before its change number `step`, then checks the copy.
 * False when the process had fewer changes to make than that.
 */
export async function expectSurvives(before: string, step: number): Promise<boolean> {
  const store = `${before}-${step}`
  await cp(before, store, { recursive: true })
  const { signal, code, errors } = await spawnScript('killed-at-step', { store, step }).ended
  if (signal === null) expect(code, errors).toBe(0)

  await using lading = await openStore(store, { project: 'demo' })
  const found = await takeSnapshot(lading, 'model')
  expectOldOrNew(found, step)

  const again = await lading.save(killedDraft(), { aliases: ['prod'] })
  expect(again, `step ${step}`).toMatchObject({ n: 1, aliases: ['latest', 'prod'] })
  expectNew(await takeSnapshot(lading, 'model'), step)
  const edges = (await (await lading.getArtifact('model:v1')).producedBy()).map(({ id }) => id)
  if (found.versions.length === 2) expect(edges, `step ${step}`).toEqual(['producer'])
  return signal === 'SIGKILL'
}

function expectOldOrNew(found: Snapshot, step: number): void {
  if (found.versions.length === 2) expectNew(found, step)
  else expect(found.aliases, `step ${step}`).toEqual({ latest: 'v0', prod: 'v0' })
}

function expectNew({ versions, aliases }: Snapshot, step: number): void {
  expect(aliases, `step ${step}`).toEqual({ latest: 'v1', prod: 'v1' })
  expect(versions, `step ${step}`).toHaveLength(2)
  expect(versions[1], `step ${step}`).toMatchObject({ files: { config: 'known', weights: 'content of v1' } })
}
