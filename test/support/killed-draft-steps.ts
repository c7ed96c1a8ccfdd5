import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Artifact, isLadingError, openStore } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'
import { spawnScript } from './child-process.ts'
import { ACKNOWLEDGED, KILLED_DRAFT } from './killed-in-draft.ts'
import { takeSnapshot } from './store-snapshot.ts'
import type { Snapshot } from './store-snapshot.ts'

/** A store with v0 under the alias `prod`, and a part of the run `ann` for v1. */
export async function prepareDraft(folder: string): Promise<string> {
  const store = join(folder, 'before')
  await using lading = await openStore(store, { project: 'demo' })
  await lading.save(artifactOf('known'), { aliases: ['prod'] })
  const ann = await lading.init({ id: 'ann', group: KILLED_DRAFT })
  await ann.upsertArtifact(artifactOf('ann'))
  return store
}

/**
 * Lets a process upsert into a copy of the store, finish, and die before its change number `step`; checks the copy, and
 * that another run brings the draft to its end. False when the process had fewer changes to make than that.
 */
export async function expectDraftSurvives(before: string, step: number): Promise<boolean> {
  const store = `${before}-${step}`
  await cp(before, store, { recursive: true })
  const { signal, code, errors, lines } = await spawnScript('killed-in-draft', { store, step }).ended
  if (signal === null) expect(code, errors).toBe(0)
  const isAcknowledged = lines.includes(ACKNOWLEDGED)

  await using lading = await openStore(store, { project: 'demo' })
  const found = await takeSnapshot(lading, 'model')
  if (found.versions.length > 1) expectNew(found, { step, isAcknowledged: true })
  else expect(found.aliases, `step ${step}`).toEqual({ latest: 'v0', prod: 'v0' })

  await finishOrFindFinished(lading)
  const ended = await takeSnapshot(lading, 'model')
  const hasPart = expectNew(ended, { step, isAcknowledged })
  const producers = (await (await lading.getArtifact('model:v1')).producedBy()).map(({ id }) => id)
  const expected = hasPart ? ['ann', 'producer'] : ['ann']
  expect(producers, `step ${step}`).toEqual(expect.arrayContaining(expected))
  return signal === 'SIGKILL'
}

/** The process may have come to the end of the round, and nobody has begun the next one. */
async function finishOrFindFinished(lading: Lading): Promise<void> {
  const survivor = await lading.init({ id: 'survivor', group: KILLED_DRAFT })
  try {
    await survivor.finishArtifact('model', { aliases: ['prod'] })
  } catch (error) {
    if (!isLadingError(error, 'NOT_FOUND')) throw error
  }
  expect(await Array.fromAsync(lading.drafts('model'))).toEqual([])
}

/** Answers whether the version has the part of the process. */
function expectNew(
  { versions, aliases }: Snapshot,
  { step, isAcknowledged }: { step: number; isAcknowledged: boolean },
): boolean {
  expect(aliases, `step ${step}`).toEqual({ latest: 'v1', prod: 'v1' })
  expect(versions, `step ${step}`).toHaveLength(2)
  expect(versions[1], `step ${step}`).toMatchObject({ files: { ann: 'of ann' } })
  if (isAcknowledged) expect(versions[1], `step ${step}`).toMatchObject({ files: { producer: 'of producer' } })
  return versions[1] !== 'deleted' && 'producer' in versions[1]!.files
}

function artifactOf(path: string): Artifact {
  return new Artifact('model').addFile(new TextEncoder().encode(`of ${path}`), path)
}
