import { isLadingError } from '../../domain/errors.ts'
import type { CaseTools } from '../case.ts'
import { artifactObject } from '../history/artifact-object.ts'
import type { ArtifactInput, ArtifactOutput, ArtifactState } from '../history/artifact-object.ts'
import { assertLinearizable } from '../history/assert-linearizable.ts'
import { OperationHistory } from '../history/history.ts'
import type { OperationOutcome } from '../history/history.ts'
import { createRandom } from '../random.ts'
import type { Random } from '../random.ts'
import { artifactIn } from './commands.ts'
import type { ArtifactHandle } from './commands.ts'
import type { MetadataStoreCase, MetadataStoreContext } from './context.ts'

const base = { category: 'linearizable histories', requires: ['manyWriters'] } as const

const DECIDED = 'Must decide by `decide`, and make the decision durable before it answers.'
const DENSE = 'Versions are dense, never renumbered, never reused; equal content is one version.'

/** Versions that are there when the history of the aliases begins. */
const PREPARED = ['content 0', 'content 1', 'content 2']
const EMPTY: ArtifactState = { versions: [], aliases: [] }

/** Seeded clients work on one artifact at once; what all of them saw must fit into one order. */
export const linearizableCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.linearizable.aliases',
    tier: 'quick',
    obligation: DECIDED,
    run: (context) => checkAliases(context, { rounds: 3, clients: 4, operations: 5 }),
  },
  {
    ...base,
    id: 'metadata.linearizable.versions',
    tier: 'quick',
    obligation: DENSE,
    run: (context) => checkVersions(context, { rounds: 3, clients: 4, operations: 4 }),
  },
  {
    ...base,
    id: 'metadata.linearizable.many-aliases',
    tier: 'full',
    obligation: DECIDED,
    run: (context) => checkAliases(context, { rounds: 60, clients: 6, operations: 8 }),
  },
  {
    ...base,
    id: 'metadata.linearizable.many-versions',
    tier: 'full',
    obligation: DENSE,
    run: (context) => checkVersions(context, { rounds: 60, clients: 6, operations: 7 }),
  },
]

type Context = MetadataStoreContext & CaseTools

/** Histories have few clients and few operations, so that each is checked in far less than a second. */
interface Size {
  readonly rounds: number
  readonly clients: number
  /** Of each client. */
  readonly operations: number
}

async function checkAliases(context: Context, size: Size): Promise<void> {
  for (let round = 0; round < size.rounds; round++) {
    const clients = await openClients(context, size, `aliases-${round}`)
    for (const content of PREPARED) await clients[0]!.log(content)
    const initial = { versions: PREPARED, aliases: [] }
    await runRound(clients, { initial, random: createRandom(context.seed + round), size, ask: askForAliases })
  }
}

async function checkVersions(context: Context, size: Size): Promise<void> {
  for (let round = 0; round < size.rounds; round++) {
    const clients = await openClients(context, size, `versions-${round}`)
    await runRound(clients, { initial: EMPTY, random: createRandom(context.seed + round), size, ask: askForVersions })
  }
}

async function openClients({ open, project }: Context, { clients }: Size, artifact: string): Promise<ArtifactHandle[]> {
  const key = { project, artifact }
  return Promise.all(Array.from({ length: clients }, async () => artifactIn(await open(), key)))
}

interface Round {
  readonly initial: ArtifactState
  readonly random: Random
  readonly size: Size
  readonly ask: (random: Random) => ArtifactInput
}

/** Every client does its operations one after the other, beside the others; at the end each looks once more. */
async function runRound(clients: readonly ArtifactHandle[], { initial, random, size, ask }: Round): Promise<void> {
  const history = new OperationHistory<ArtifactInput, ArtifactOutput>()
  const scripts = clients.map(() => Array.from({ length: size.operations }, () => ask(random)))
  const running = clients.map(async (handle, client) => {
    for (const input of scripts[client]!) await history.record(client, input, () => perform(handle, input))
  })
  const settled = await Promise.allSettled(running)
  for (const result of settled) if (result.status === 'rejected') throw result.reason
  const read: ArtifactInput = { kind: 'read' }
  await history.record(0, read, () => perform(clients[0]!, read))

  assertLinearizable(artifactObject(initial), history, WORDS)
  await Promise.all(clients.map(({ store }) => store.close()))
}

function askForAliases(random: Random): ArtifactInput {
  if (random.chance(0.4)) return { kind: 'read' }
  const target = () => random.pick([0, 1, 2, null])
  const expect = random.chance(0.3) ? target() : undefined
  return { kind: 'setAlias', alias: random.pick(['best', 'prod']), n: random.chance(0.1) ? 3 : target(), expect }
}

function askForVersions(random: Random): ArtifactInput {
  const drawn = random.next()
  if (drawn < 0.3) return { kind: 'read' }
  if (drawn < 0.45) return { kind: 'delete', n: random.below(4), withAliases: random.chance(0.7) }
  if (drawn < 0.55) return { kind: 'setAlias', alias: 'prod', n: random.below(3), expect: undefined }
  const aliases = random.chance(0.4) ? [random.pick(['best', 'prod'])] : []
  return { kind: 'log', content: random.pick(['A', 'B', 'C', 'D']), aliases }
}

async function perform(handle: ArtifactHandle, input: ArtifactInput): Promise<OperationOutcome<ArtifactOutput>> {
  try {
    return { kind: 'answered', output: await send(handle, input) }
  } catch (error) {
    if (isLadingError(error, 'UNKNOWN_OUTCOME')) return { kind: 'unknown' }
    if (isLadingError(error, 'UNAVAILABLE')) return { kind: 'failed' }
    // No version was ever logged: a command for one is told the same as for a version that is not there.
    if (isLadingError(error) && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND')) {
      return { kind: 'answered', output: { kind: 'refused', code: error.code } }
    }
    throw error
  }
}

async function send(handle: ArtifactHandle, input: ArtifactInput): Promise<ArtifactOutput> {
  switch (input.kind) {
    case 'log': {
      const { n, created } = await handle.log(input.content, { aliases: input.aliases })
      return { kind: 'logged', n: n!, created }
    }
    case 'setAlias':
      await handle.setAlias(input.alias, input.n, { expect: input.expect })
      return { kind: 'done' }
    case 'delete':
      await handle.delete(input.n, { withAliases: input.withAliases })
      return { kind: 'done' }
    case 'read': {
      const head = await handle.store.head(handle.key, {})
      const aliases = Object.entries(head?.aliases ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
      return { kind: 'head', next: head?.next ?? 0, latest: head?.latest?.n ?? null, aliases }
    }
  }
}

const WORDS = {
  input(input: ArtifactInput): string {
    switch (input.kind) {
      case 'log':
        return `log ${[input.content, ...input.aliases.map((alias) => `+${alias}`)].join(' ')}`
      case 'setAlias': {
        const expected = input.expect === undefined ? '' : ` if it is ${target(input.expect)}`
        return `point ${input.alias} at ${target(input.n)}${expected}`
      }
      case 'delete':
        return `delete v${input.n}${input.withAliases ? ' with its aliases' : ''}`
      case 'read':
        return 'read'
    }
  },

  output(output: ArtifactOutput): string {
    switch (output.kind) {
      case 'logged':
        return `v${output.n}, ${output.created ? 'created' : 'known'}`
      case 'done':
        return 'done'
      case 'refused':
        return output.code
      case 'head': {
        const aliases = output.aliases.map(([alias, n]) => ` ${alias}=v${n}`).join('')
        return `${output.next} versions, latest ${target(output.latest)},${aliases || ' no alias'}`
      }
    }
  },
}

function target(n: number | null): string {
  return n === null ? 'none' : `v${n}`
}
