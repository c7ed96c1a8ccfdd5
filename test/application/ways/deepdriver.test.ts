import { describe, expect, test } from 'vitest'
import { Artifact } from '../../../src/index.ts'
import type { Lading } from '../../../src/index.ts'
import { createWorld, KINDS, refusal } from '../world.ts'
import type { World } from '../world.ts'

// The steps of the page "Artifacts versioning" of the documentation of DeepDriver, in its order and under its headings (in
// English), with lading in the place of deepdriver: what it calls a tag (V2) is a version here (v2), and they count from 0.

describe.each(KINDS)('Artifacts versioning, in %s', (kind) => {
  test('1. Get an artifact: by name and type, and list the files that it has', async () => {
    const world = await createWorld(kind)
    await logSample(world)

    const artifact = await world.lading.getArtifact('sample', { type: 'dataset' })

    expect((await artifact.entries()).map(({ path }) => path)).toEqual(['README.md', 'anscombe.json', 'mnist_test.csv'])
    await refusal('CONFLICT', () => world.lading.getArtifact('sample', { type: 'model' }))
    await refusal('NOT_FOUND', () => world.lading.getArtifact('absent', { type: 'dataset' }))
  })

  test('2. Create a version: add new data, upload; the new version is the one that it was got from + 1', async () => {
    const world = await createWorld(kind)
    await logSample(world)
    await using run = await world.lading.init()

    const draft = await (await run.useArtifact('sample', { type: 'dataset' })).newDraft()
    draft.add(await catDog(world))
    const uploaded = await run.logArtifact(draft)

    expect(uploaded).toMatchObject({ version: 'v1', created: true, fileCount: 5 })
    expect(await paths(world.lading, 'sample:v1')).toEqual([
      'README.md',
      'anscombe.json',
      'cat/cat.jpg',
      'dog/dog.jpg',
      'mnist_test.csv',
    ])
    expect((await world.lading.getArtifact('sample:v1')).derivedFrom).toMatchObject({ artifact: 'sample', n: 0 })
  })

  test('3. Get a certain version of an artifact: by its tag, and download it', async () => {
    const world = await createWorld(kind)
    await logSample(world)
    const draft = await (await world.lading.getArtifact('sample')).newDraft()
    await world.lading.save(draft.add(await catDog(world)))

    const artifact = await world.lading.getArtifact('sample:v0', { type: 'dataset' })
    const downloaded = await artifact.download({ root: world.at('downloaded') })

    expect(downloaded.root).toBe(world.at('downloaded'))
    expect(await world.tree('downloaded')).toEqual({
      'README.md': '# Sample',
      'anscombe.json': '[]',
      'mnist_test.csv': '7',
    })
  })
})

async function logSample({ lading, file, at }: World): Promise<void> {
  await file('sample/README.md', '# Sample')
  await file('sample/anscombe.json', '[]')
  await file('sample/mnist_test.csv', '7')
  await lading.save(new Artifact('sample', { type: 'dataset' }).add(at('sample')))
}

async function catDog({ file, at }: World): Promise<string> {
  await file('cat_dog/cat/cat.jpg', 'cat')
  await file('cat_dog/dog/dog.jpg', 'dog')
  return at('cat_dog')
}

async function paths(lading: Lading, ref: string): Promise<string[]> {
  return (await (await lading.getArtifact(ref)).entries()).map(({ path }) => path)
}
