import { describe, expect, test } from 'vitest'
import { Artifact } from '../../../src/index.ts'
import type { Version } from '../../../src/index.ts'
import { artifactOf, createWorld, KINDS, refusal } from '../world.ts'

// The examples of the page "Create an artifact version" (formerly "Create new artifact versions") of the documentation of
// Weights & Biases, in its order and under its headings, with lading in the place of wandb. "Simple" and "Collaborative" are
// the names that the page had for "Single run" and "Distributed runs" before.

describe.each(KINDS)('Create new artifact versions from scratch, in %s', (kind) => {
  test('Single run, Inside a run (Simple)', async () => {
    const { lading, file } = await createWorld(kind)
    const image = await file('image1.png', 'pixels of 1')
    {
      await using run = await lading.init()
      const artifact = new Artifact('artifact_name', { type: 'artifact_type' })
      artifact.addFile(image)
      await run.logArtifact(artifact)
      expect(await run.outputs()).toEqual([{ project: 'demo', artifact: 'artifact_name', n: 0 }])
    }

    const version = await lading.getArtifact('artifact_name:v0', { type: 'artifact_type' })
    expect(await contentOf(version)).toEqual({ 'image1.png': 'pixels of 1' })
  })

  test('Single run, Outside of a run: `artifact.save()`', async () => {
    const { lading, file } = await createWorld(kind)
    const artifact = new Artifact('artifact_name', { type: 'artifact_type' })
    artifact.addFile(await file('image1.png', 'pixels of 1'))
    await lading.save(artifact)

    const version = await lading.getArtifact('artifact_name:latest')
    expect([version.version, await version.producedBy()]).toEqual(['v0', []])
  })

  test('the contents are checksummed: unchanged ones are the version that is there, changed ones are v1', async () => {
    const { lading, file } = await createWorld(kind)
    const log = async () => lading.save(new Artifact('artifact_name', { type: 't' }).addFile(await file('f', content)))
    let content = 'one'
    await log()

    expect(await log()).toMatchObject({ version: 'v0', created: false })
    content = 'two'
    expect(await log()).toMatchObject({ version: 'v1', created: true })
  })

  test('Distributed runs (Collaborative): Run 1 and Run 2 upsert, Run 3 finishes', async () => {
    const { lading, open, file } = await createWorld(kind)
    const images = [await file('image1.png', '1'), await file('image2.png', '2'), await file('image3.png', '3')]
    const distributed = { distributedId: 'my_dist_artifact' }
    const artifactWith = (image: string) => new Artifact('artifact_name', { type: 'artifact_type' }).addFile(image)

    for (const image of images.slice(0, 2)) {
      await using run = await (await open()).init()
      await run.upsertArtifact(artifactWith(image), distributed)
    }
    await refusal('NOT_FOUND', () => lading.getArtifact('artifact_name'))
    await using third = await lading.init()
    await third.finishArtifact(artifactWith(images[2]!), distributed)

    const version = await lading.getArtifact('artifact_name:v0')
    expect(await contentOf(version)).toEqual({ 'image1.png': '1', 'image2.png': '2', 'image3.png': '3' })
    expect((await version.producedBy()).length).toBe(3)
  })

  test('Distributed runs: the group of the runs is their `distributed_id`, and the finish may have no files', async () => {
    const { lading } = await createWorld(kind)
    for (const name of ['image1.png', 'image2.png']) {
      await using run = await lading.init({ group: 'my_group' })
      await run.upsertArtifact(artifactOf('artifact_name', { [name]: name }))
    }
    await using last = await lading.init({ group: 'my_group' })
    await last.finishArtifact('artifact_name')

    expect((await lading.getArtifact('artifact_name')).fileCount).toBe(2)
  })
})

describe.each(KINDS)('Create a new artifact version from an existing version (Patch), in %s', (kind) => {
  test('Add, Remove and Modify, Inside a run: the next version is v6 where v5 was the highest', async () => {
    const { lading, file } = await createWorld(kind)
    const base = { 'modified_file.txt': 'old', 'dir_to_remove/a': 'a', 'dir_to_remove/b': 'b', kept: 'k' }
    for (let n = 0; n <= 5; n++) await lading.save(artifactOf('my_artifact', n === 2 ? base : { f: `${n}` }))
    await using run = await lading.init({ name: 'modify dataset' })

    const saved = await run.useArtifact('my_artifact:v2')
    const draft = await saved.newDraft()
    draft.addFile(await file('file_to_add.txt', 'added'))
    draft.remove('dir_to_remove/')
    draft.remove('modified_file.txt')
    draft.addFile(await file('modified_file.txt', 'new'))
    const logged = await run.logArtifact(draft)

    expect(logged).toMatchObject({ version: 'v6', created: true })
    const version = await lading.getArtifact('my_artifact:latest')
    expect(await contentOf(version)).toEqual({ 'file_to_add.txt': 'added', kept: 'k', 'modified_file.txt': 'new' })
    expect(version.derivedFrom).toEqual({ project: 'demo', artifact: 'my_artifact', n: 2 })
    expect(await run.inputs()).toEqual([{ project: 'demo', artifact: 'my_artifact', n: 2 }])
    expect(await contentOf(await lading.getArtifact('my_artifact:v2'))).toEqual(base)
  })

  test('Outside of a run: `draft_artifact.save()`', async () => {
    const { lading, file } = await createWorld(kind)
    await lading.save(artifactOf('my_artifact', { 'deleted_file.txt': 'd', kept: 'k' }))

    const draft = await (await lading.getArtifact('my_artifact:latest')).newDraft()
    draft.remove('deleted_file.txt')
    draft.addFile(await file('modified_file.txt', 'm'))
    await lading.save(draft)

    const version = await lading.getArtifact('my_artifact:latest')
    expect(await contentOf(version)).toEqual({ kept: 'k', 'modified_file.txt': 'm' })
  })

  test('with a set of runs (distributed mode)', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('my_artifact', { kept: 'k' }))
    const [first, second] = [await lading.init({ group: 'patch' }), await lading.init({ group: 'patch' })]

    await first.upsertArtifact(await (await lading.getArtifact('my_artifact')).newDraft())
    await second.finishArtifact(artifactOf('my_artifact', { added: 'a' }))

    expect(await contentOf(await lading.getArtifact('my_artifact:v1'))).toEqual({ added: 'a', kept: 'k' })
  })
})

async function contentOf(version: Version): Promise<Record<string, string>> {
  const content: Record<string, string> = {}
  for (const { path } of await version.entries()) content[path] = await (await version.file(path)).text()
  return content
}
