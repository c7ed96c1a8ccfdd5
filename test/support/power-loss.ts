import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import type { FsOptions, NodeFileSystem } from '../../src/adapters/fs/index.ts'
import { Artifact, createPorts, createStore, isLadingError } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'
import { watchedFs } from './faulty-fs.ts'
import { createRecordingFs } from './recording-fs.ts'
import { NO_SNAPSHOT, takeSnapshot } from './store-snapshot.ts'
import type { Snapshot } from './store-snapshot.ts'

const ROOT = '/disk/stores/mine'

/** What is done, one acknowledged step after the other. */
const STEPS: readonly ((lading: Lading) => Promise<unknown>)[] = [
  (lading) => lading.save(model('one'), { aliases: ['prod'] }),
  (lading) => lading.save(model('two'), { aliases: ['prod', 'best'] }),
  (lading) => lading.setAlias('model:v0', 'prod'),
  async (lading) => (await lading.init({ id: 'consumer' })).useArtifact('model:prod'),
  async (lading) => (await lading.init({ id: 'producer' })).logArtifact(model('three')),
  async (lading) => (await lading.getArtifact('model:v1')).delete({ aliases: true }),
  async (lading) =>
    lading.save((await (await lading.getArtifact('model:v0')).newDraft()).addFile(text('patch'), 'patch')),
  (lading) => lading.save(model('one'), { aliases: ['again'] }),
  async (lading) => (await lading.getArtifact('model:v2')).update({ metadata: { reviewed: true } }),
  (lading) => lading.removeAlias('model', 'again'),
  (lading) => lading.save(model('four'), { supersede: true }),
]

/** What was acknowledged, and when. */
interface Milestone {
  readonly operations: number
  readonly facts: Facts
}

interface Facts extends Snapshot {
  /** The digests of what the consumer used. */
  readonly inputs: readonly string[]
  readonly outputs: readonly unknown[]
  readonly users: readonly unknown[]
  readonly metadata: unknown
}

const NOTHING: Facts = { ...NO_SNAPSHOT, inputs: [], outputs: [], users: [], metadata: null }

/**
 * Runs the steps on the real store over a recorded disk, then takes the power away after every so many-th operation.
 * Answers what was lost, or null: `after operation 12: acknowledged …, found …`.
 *
 * `early`: the disk wrote the names that nobody had synced all the same, but for each so many-th.
 */
export async function findLoss({
  every,
  early = null,
  durability = 'full',
}: {
  readonly every: number
  readonly early?: number | null
  readonly durability?: 'full' | 'none'
}): Promise<string | null> {
  const { disk, milestones } = await perform({ durability })
  for (let after = disk.operations; after >= 0; after -= every) {
    let count = 0
    const crashed = disk.crash({ after, survives: () => early !== null && ++count % early !== 0 })
    const loss = await lossAfter(crashed, milestones, after)
    if (loss !== null) return `after operation ${after}: ${loss}`
  }
  return null
}

/** What another process does after one that logged `two` was killed, and which facts it then knows to be there. */
interface Survivor {
  readonly act: (lading: Lading) => Promise<unknown>
  readonly relies: readonly (keyof Facts)[]
}

const ALL_FACTS = ['versions', 'aliases', 'inputs', 'outputs', 'users', 'metadata'] as const

/** Each may rest on what the killed one had not synced. */
const SURVIVORS: readonly Survivor[] = [
  { act: (lading) => lading.save(model('two')), relies: ALL_FACTS },
  { act: (lading) => lading.save(model('two'), { aliases: ['best'] }), relies: ALL_FACTS },
  { act: (lading) => lading.save(model('one')), relies: ALL_FACTS },
  { act: (lading) => lading.setAlias('model:v0', 'prod'), relies: ALL_FACTS },
  { act: async (lading) => (await lading.getArtifact('model:v0')).delete({ aliases: true }), relies: ALL_FACTS },
  { act: async (lading) => (await lading.init({ id: 'producer' })).logArtifact(model('two')), relies: ALL_FACTS },
  // Whoever uses a version by its number relies on that version, and not on a head that counts it.
  {
    act: async (lading) => (await lading.init({ id: 'consumer' })).useArtifact('model:v1').catch(unlessNotFound),
    relies: ['inputs'],
  },
]

/**
 * A process logs and stops for ever at one of its changes of the disk; another one does one thing; then the power goes.
 * Answers what was lost of what the second one acknowledged, for every so many-th step of the first.
 */
export async function findLossAfterKill({ every }: { readonly every: number }): Promise<string | null> {
  for (const [index, { act, relies }] of SURVIVORS.entries()) {
    for (let step = 1 + (index % every); ; step += every) {
      const disk = createRecordingFs()
      await storeOn(disk.fs).save(model('one'))
      if (await endsBefore(step, disk.fs)) break
      await act(storeOn(disk.fs))
      const acknowledged = await factsOf(disk.fs)

      const loss = await differenceAfter(disk.crash(), { acknowledged, relies })
      if (loss !== null) return `step ${step}, survivor ${index}: ${loss}`
    }
  }
  return null
}

async function differenceAfter(
  crashed: NodeFileSystem,
  { acknowledged, relies }: { readonly acknowledged: Facts; readonly relies: readonly (keyof Facts)[] },
): Promise<string | null> {
  const shown = (facts: Facts): string => show(relies.map((name) => facts[name]))
  try {
    const found = shown(await factsOf(crashed))
    return found === shown(acknowledged) ? null : `acknowledged ${shown(acknowledged)}, found ${found}`
  } catch (error) {
    return `acknowledged ${shown(acknowledged)}, found ${String(error)}`
  }
}

function unlessNotFound(error: unknown): void {
  if (!isLadingError(error, 'NOT_FOUND')) throw error
}

/** Logs until a step is reached that is never answered; true when there is none. */
async function endsBefore(step: number, fs: NodeFileSystem): Promise<boolean> {
  let steps = 0
  const stopped = Promise.withResolvers<'stopped'>()
  const stopping = watchedFs(({ changes }) => {
    if (!changes || ++steps < step) return
    stopped.resolve('stopped')
    return new Promise(() => {})
  }, fs)
  const logged = storeOn(stopping).save(model('two'), { aliases: ['best'] })
  return (await Promise.race([logged, stopped.promise])) !== 'stopped'
}

/** Carries out all steps on a disk of its own, and notes what each acknowledged. */
async function perform(options: Pick<FsOptions, 'durability'>) {
  const disk = createRecordingFs()
  await using lading = storeOn(disk.fs, options)
  const milestones: Milestone[] = [{ operations: 0, facts: NOTHING }]
  for (const step of STEPS) {
    await step(lading)
    const { operations } = disk
    milestones.push({ operations, facts: await factsOf(disk.fs) })
  }
  return { disk, milestones }
}

/** What is wrong with a store after a power loss; null when nothing is. */
async function lossAfter(
  crashed: NodeFileSystem,
  milestones: readonly Milestone[],
  after: number,
): Promise<string | null> {
  const acknowledged = milestones.findLastIndex(({ operations }) => operations <= after)
  const before = milestones[acknowledged]!.facts
  const next = milestones[acknowledged + 1]?.facts ?? before
  try {
    return (await missingFact(crashed, [before, next])) ?? (await failureToGoOn(crashed, [before, next]))
  } catch (error) {
    return `acknowledged ${show(before)}, found ${String(error)}`
  }
}

/** A step under way may be seen in part: an edge of two documents, a deletion. Each fact is the old or the new one. */
async function missingFact(crashed: NodeFileSystem, states: readonly [Facts, Facts]): Promise<string | null> {
  const found = await factsOf(crashed)
  const wrong = ALL_FACTS.find((name) => !states.some((facts) => isSame(facts[name], found[name])))
  return wrong === undefined ? null : `acknowledged ${show(states[0][wrong])}, found ${show(found[wrong])}`
}

/** The next log finds the step under way done or not, and nothing between. */
async function failureToGoOn(crashed: NodeFileSystem, states: readonly [Facts, Facts]): Promise<string | null> {
  const { n } = await storeOn(crashed).save(model('afterwards'), { aliases: ['afterwards'] })
  const { versions, aliases } = await factsOf(crashed)
  const expected = states.map((facts) => withVersion(facts, versions[n]))
  return expected.some((facts) => isSame(facts, { versions, aliases })) ? null : `afterwards ${show(versions)}`
}

/** A snapshot with one more version, to which two aliases moved. */
function withVersion({ versions, aliases }: Snapshot, logged: Snapshot['versions'][number] | undefined): Snapshot {
  const name = `v${versions.length}`
  const moved = Object.entries({ ...aliases, afterwards: name, latest: name }).sort(([a], [b]) => (a < b ? -1 : 1))
  return { versions: logged === undefined ? versions : [...versions, logged], aliases: Object.fromEntries(moved) }
}

/** Everything that the steps can change, as a process that has just started sees it. */
async function factsOf(fs: NodeFileSystem): Promise<Facts> {
  const lading = storeOn(fs)
  const { metadata } = createPortsOn(fs)
  const snapshot = await takeSnapshot(lading, 'model')
  const isLive = (n: number): boolean => typeof snapshot.versions[n] === 'object'
  const used = (await metadata.linksOfRun('demo', 'consumer', {})).in
  const digests = used.map(async ({ n, ...key }) => (await metadata.record({ ...key, n }, {}))?.digest ?? 'missing')
  return {
    ...snapshot,
    inputs: await Promise.all(digests),
    outputs: (await metadata.linksOfRun('demo', 'producer', {})).out,
    users: isLive(0) ? await (await lading.getArtifact('model:v0')).usedBy() : [],
    metadata: isLive(2) ? await (await lading.getArtifact('model:v2')).metadata() : null,
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return show(a) === show(b)
}

function show(value: unknown): string {
  return JSON.stringify(value)
}

function createPortsOn(fs: NodeFileSystem, options: Pick<FsOptions, 'durability'> = {}) {
  return createPorts(createFsObjectStore({ ...options, root: ROOT, fs }))
}

function storeOn(fs: NodeFileSystem, options: Pick<FsOptions, 'durability'> = {}): Lading {
  return createStore(createPortsOn(fs, options), { project: 'demo' })
}

function model(content: string): Artifact {
  return new Artifact('model').addFile(text(content), 'weights').addFile(text(`{"of":"${content}"}`), 'config.json')
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}
