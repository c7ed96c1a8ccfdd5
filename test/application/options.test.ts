import { describe, expect, test } from 'vitest'
import { Artifact } from '../../src/index.ts'
import type { Lading, Progress, Run, Version } from '../../src/index.ts'
import { all, artifactOf, createWorld, KINDS, refusal } from './world.ts'

interface Given {
  readonly lading: Lading
  readonly run: Run
  readonly version: Version
  /** What is no options object. */
  readonly wrong: never
}

const CALLS: Readonly<Record<string, (given: Given) => unknown>> = {
  init: ({ lading, wrong }) => lading.init(wrong),
  save: ({ lading, wrong }) => lading.save(artifactOf('other', { f: 'x' }), wrong),
  getArtifact: ({ lading, wrong }) => lading.getArtifact('model', wrong),
  artifact: ({ lading, wrong }) => lading.artifact('model', wrong),
  setAlias: ({ lading, wrong }) => lading.setAlias('model', 'prod', wrong),
  removeAlias: ({ lading, wrong }) => lading.removeAlias('model', 'prod', wrong),
  aliasHistory: ({ lading, wrong }) => lading.aliasHistory('model', 'prod', wrong),
  projects: ({ lading, wrong }) => all(lading.projects(wrong)),
  artifacts: ({ lading, wrong }) => all(lading.artifacts(wrong)),
  runs: ({ lading, wrong }) => all(lading.runs(wrong)),
  diff: ({ lading, wrong }) => lading.diff('model', 'model', wrong),
  drafts: ({ lading, wrong }) => lading.drafts('model', wrong),
  abandon: ({ lading, wrong }) => lading.abandon('model', wrong),
  deleteProject: ({ lading, wrong }) => lading.deleteProject('demo', wrong),
  'run.logArtifact': ({ run, wrong }) => run.logArtifact(artifactOf('other', { f: 'x' }), wrong),
  'run.upsertArtifact': ({ run, wrong }) => run.upsertArtifact(artifactOf('other', { f: 'x' }), wrong),
  'run.finishArtifact': ({ run, wrong }) => run.finishArtifact('other', wrong),
  'run.abandonArtifact': ({ run, wrong }) => run.abandonArtifact('other', wrong),
  'run.useArtifact': ({ run, wrong }) => run.useArtifact('model', wrong),
  'run.setAlias': ({ run, wrong }) => run.setAlias('model', 'prod', wrong),
  'run.removeAlias': ({ run, wrong }) => run.removeAlias('model', 'prod', wrong),
  'run.inputs': ({ run, wrong }) => run.inputs(wrong),
  'run.outputs': ({ run, wrong }) => run.outputs(wrong),
  'run.finish': ({ run, wrong }) => run.finish(wrong),
  'version.manifest': ({ version, wrong }) => version.manifest(wrong),
  'version.entries': ({ version, wrong }) => version.entries(wrong),
  'version.metadata': ({ version, wrong }) => version.metadata(wrong),
  'version.update': ({ version, wrong }) => version.update({ metadata: null }, wrong),
  'version.newDraft': ({ version, wrong }) => version.newDraft(wrong),
  'version.download': ({ version, wrong }) => version.download(wrong),
  'version.checkout': ({ version, wrong }) => version.checkout('.', wrong),
  'version.diff': ({ version, wrong }) => version.diff(version, wrong),
  'version.verify': ({ version, wrong }) => version.verify(undefined, wrong),
  'version.repair': ({ version, wrong }) => version.repair('.', wrong),
  'version.file': ({ version, wrong }) => version.file('f', wrong),
  'version.producedBy': ({ version, wrong }) => version.producedBy(wrong),
  'version.usedBy': ({ version, wrong }) => version.usedBy(wrong),
  'version.lineage': ({ version, wrong }) => version.lineage(wrong),
  'version.delete': ({ version, wrong }) => version.delete(wrong),
  'file.bytes': async ({ version, wrong }) => (await version.file('f')).bytes(wrong),
  'file.stream': async ({ version, wrong }) => (await version.file('f')).stream(wrong),
  'artifact.versions': ({ lading, wrong }) => all(lading.artifact('model').versions(wrong)),
  'artifact.aliases': ({ lading, wrong }) => lading.artifact('model').aliases(wrong),
  'artifact.history': ({ lading, wrong }) => lading.artifact('model').history(wrong),
  'artifact.update': ({ lading, wrong }) => lading.artifact('model').update({ description: 'x' }, wrong),
  'artifact.delete': ({ lading, wrong }) => lading.artifact('model').delete(wrong),
}

const WRONG: readonly (readonly [what: string, wrong: unknown, detail: RegExp])[] = [
  ['null', null, /^the options are null$/],
  ['a text', 'fast', /^the options are "fast"$/],
  ['a signal that is none', { signal: {} }, /^the signal is /],
  ['an onProgress that is no function', { onProgress: true }, /^onProgress is true$/],
  ['a key that no call has', { sgnal: 'x' }, /^there is no option "sgnal"$/],
]

describe('options that make no sense', () => {
  test.each(Object.entries(CALLS))('are INVALID for %s, and nothing is changed', async (_, call) => {
    const { lading, open, keys } = await createWorld('memory')
    await lading.save(artifactOf('model', { f: 'x' }))
    const given = { lading, run: await lading.init(), version: await lading.getArtifact('model') }
    const before = await keys()

    for (const [what, wrong, detail] of WRONG) {
      const error = await refusal('INVALID', async () => call({ ...given, wrong: wrong as never }))
      expect(error.detail, what).toMatch(detail)
    }

    expect(await keys()).toEqual(before)
    expect((await (await open()).getArtifact('model')).n).toBe(0)
  })

  test('that are called almost right are INVALID with the right name; one that says nothing is no mistake', async () => {
    const { lading } = await createWorld('memory')
    const wrong = { alias: ['prod'] } as never

    const error = await refusal('INVALID', () => lading.save(artifactOf('model', { f: 'x' }), wrong))
    const logged = await lading.save(artifactOf('model', { f: 'x' }), { alias: undefined } as never)

    expect(error.detail).toBe('there is no option "alias"')
    expect(error.next).toMatch(/^did you mean aliases\? this call takes signal, project, name, /)
    expect(logged.version).toBe('v0')
  })

  test('are INVALID for an artifact', async () => {
    const wrong = null as never

    for (const call of [
      () => new Artifact('model', wrong),
      () => new Artifact('model').addFile('f', undefined, wrong),
      () => new Artifact('model').addDir('f', '', wrong),
      () => new Artifact('model').add('f', wrong),
      () => new Artifact('model').addReference('https://example.org/f', 'f', wrong),
    ]) {
      expect((await refusal('INVALID', call)).detail).toBe('the options are null')
    }
  })
})

describe.each(KINDS)('long work in %s', (kind) => {
  test('tells its progress up to all of it: logging, verifying, downloading, checking out, repairing', async () => {
    const { lading, at } = await createWorld(kind)
    const done = { files: 2, filesTotal: 2, bytes: 9, bytesTotal: 9 }
    const told: Progress[] = []
    const onProgress = (progress: Progress) => void told.push(progress)

    await lading.save(artifactOf('model', { f: 'four', g: 'fives' }), { onProgress })
    const version = await lading.getArtifact('model')
    await version.verify(undefined, { onProgress })
    await version.download({ root: at('out'), onProgress })
    await version.checkout(at('other'), { onProgress })
    await version.repair(at('out'), { onProgress })

    const ends = told.filter(({ files }) => files === 2)
    expect(ends).toMatchObject(['log', 'verify', 'download', 'download', 'verify'].map((phase) => ({ phase, ...done })))
  })
})

describe('an onProgress that throws', () => {
  const problem = new Error('mine')
  const onProgress = (): never => {
    throw problem
  }

  test('stops a log before its commit: ABORTED with it as the cause, and the artifact can be logged again', async () => {
    const { lading, file } = await createWorld('folder')
    const draft = new Artifact('model').addFile(await file('f', 'x')).addFile(await file('g', 'y'))

    const error = await refusal('ABORTED', () => lading.save(draft, { onProgress }))

    expect(error.detail).toBe('onProgress threw: mine')
    expect(causesOf(error)).toContain(problem)
    await refusal('NOT_FOUND', () => lading.getArtifact('model'))
    expect((await lading.save(draft)).version).toBe('v0')
  })

  test('stops a download between files, and leaves no half one', async () => {
    const { lading, at, tree } = await createWorld('folder')
    await lading.save(artifactOf('model', { f: 'x', g: 'y' }))
    const version = await lading.getArtifact('model')

    await refusal('ABORTED', () => version.download({ root: at('out'), onProgress }))
    for (const content of Object.values(await tree('out'))) expect(['x', 'y']).toContain(content)

    await version.download({ root: at('out') })
    expect(await tree('out')).toEqual({ f: 'x', g: 'y' })
    await refusal('ABORTED', () => version.verify(undefined, { onProgress }))
    await refusal('ABORTED', () => lading.deleteProject('demo', { onProgress }))
  })
})

function causesOf(error: Error): unknown[] {
  const causes: unknown[] = []
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) causes.push(cause)
  return causes
}
