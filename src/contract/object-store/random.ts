import type { ObjectStore } from '../../ports/object-store.ts'
import type { CaseTools } from '../case.ts'
import { ContractFailure } from '../check.ts'
import type { Check } from '../check.ts'
import { sourceOf } from '../data.ts'
import { listAll, readAll } from './context.ts'
import type { ObjectStoreCase, ObjectStoreContext } from './context.ts'
import { loadFastCheck, operationSequences } from './random-operations.ts'
import type { Body, Operation } from './random-operations.ts'

const base = { category: 'random operations', requires: [] } as const

/** Sequences that nobody thought of, held against a model of twenty lines. */
export const randomCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.random.like-the-model',
    tier: 'full',
    obligation: 'Must be strongly consistent: a read or list that starts after a write was answered sees it.',
    run: (context) => compareWithModel(context, { sequences: 200, lengthMax: 40 }),
  },
  {
    ...base,
    id: 'object.random.like-the-model-for-long',
    tier: 'soak',
    obligation: 'Must be strongly consistent: a read or list that starts after a write was answered sees it.',
    run: (context) => compareWithModel(context, { sequences: 5_000, lengthMax: 200 }),
  },
]

/** What a store holds, as far as the model knows: the bytes by name, and an etag that was answered and has since gone. */
interface Model {
  readonly objects: Map<string, Uint8Array>
  readonly staleEtags: Map<string, string>
}

/** A store under test beside its model. */
interface World {
  readonly model: Model
  readonly handles: [ObjectStore, ObjectStore]
  readonly check: Check
  readonly open: () => Promise<ObjectStore>
  key(name: string): string
  bytes(body: Body): Uint8Array
}

async function compareWithModel(
  context: ObjectStoreContext & CaseTools,
  { sequences, lengthMax }: { readonly sequences: number; readonly lengthMax: number },
): Promise<void> {
  const fc = await loadFastCheck()
  const operations = await operationSequences(context.capabilities, lengthMax)
  let runs = 0
  const property = fc.asyncProperty(operations, (sequence) => runSequence(context, sequence, `${runs++}/`))
  const { failed, counterexample, errorInstance } = await fc.check(property, { seed: context.seed, numRuns: sequences })
  if (!failed) return
  const problem = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  // No cause: the sequence is what must be seen, not the check alone.
  throw new ContractFailure('what the model answers', `${problem}; shrunk to ${fc.stringify(counterexample?.[0])}`)
}

async function runSequence(
  { open, key, bytes, check }: ObjectStoreContext & CaseTools,
  sequence: readonly Operation[],
  folder: string,
): Promise<void> {
  const world: World = {
    model: { objects: new Map(), staleEtags: new Map() },
    handles: [await open(), await open()],
    check,
    open,
    key: (name) => key(`${folder}${name}`),
    bytes: ({ name, sizeBytes }) => bytes(name, sizeBytes),
  }
  for (const operation of sequence) await apply(world, operation)

  const fresh = await open()
  await expectListing(world, fresh, { prefix: '', depth: 'all', limit: 100 })
  for (const [name, body] of world.model.objects) check.bytesEqual(await readAll(fresh, world.key(name)), body, name)
  await Promise.all([fresh, ...world.handles].map((store) => store.close()))
}

async function apply(world: World, operation: Operation): Promise<void> {
  const store = world.handles[operation.handle]
  switch (operation.kind) {
    case 'reopen':
      await store.close()
      world.handles[operation.handle] = await world.open()
      return
    case 'get':
    case 'stat':
    case 'sync':
    case 'read':
    case 'list':
      return expectReading(world, store, operation)
    case 'delete':
      for (const name of operation.names) await rememberEtag(world, store, name)
      await store.delete(operation.names.map(world.key), {})
      for (const name of operation.names) world.model.objects.delete(name)
      return
    default:
      return expectWriting(world, store, operation)
  }
}

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>

async function expectReading(
  world: World,
  store: ObjectStore,
  operation: Of<'get' | 'stat' | 'sync' | 'read' | 'list'>,
): Promise<void> {
  const { check, model, key } = world
  if (operation.kind === 'list') return expectListing(world, store, operation)
  const body = model.objects.get(operation.name)
  if (operation.kind === 'sync') return store.sync([key(operation.name)], {})
  if (operation.kind === 'stat') {
    return check.equal((await store.stat(key(operation.name), {}))?.sizeBytes, body?.length, 'stat')
  }
  const range = operation.kind === 'read' ? operation.range : undefined
  const seen = range
    ? await readAll(store, key(operation.name), range)
    : ((await store.get(key(operation.name), {}))?.bytes ?? null)
  if (body) check.bytesEqual(seen, rangeOf(body, range), operation.kind)
  else check.equal(seen, null, operation.kind)
}

async function expectListing(
  { check, model, key }: World,
  store: ObjectStore,
  { prefix, depth, limit }: Pick<Of<'list'>, 'prefix' | 'depth' | 'limit'>,
): Promise<void> {
  const root = key('')
  const entries = await listAll(store, `${root}${prefix}`, { depth, limit })
  const below = [...model.objects.keys()].filter((name) => name.startsWith(prefix))
  const expected = depth === 'all' ? below : below.map((name) => childOf(name, prefix))

  // A folder that holds nothing any more may be listed or not.
  const seen = entries
    .map((entry) => entry.key.slice(root.length))
    .filter((name) => !name.endsWith('/') || below.some((each) => each.startsWith(name)))
  check.equal(seen, [...new Set(expected)].sort(), `list of "${prefix}" (${depth})`)
}

async function expectWriting(
  world: World,
  store: ObjectStore,
  operation: Of<'create' | 'createFromSource' | 'put' | 'publish' | 'discard' | 'swap' | 'copy'>,
): Promise<void> {
  const { check, model } = world
  const name = operation.kind === 'copy' ? operation.to : operation.name
  const stale = model.staleEtags.get(name)
  const source = operation.kind === 'copy' ? model.objects.get(operation.from) : world.bytes(operation.body)
  const expected = expectedAnswer(model, operation)
  if (expected === 'done') await rememberEtag(world, store, name)

  const seen = await write(world, store, operation, stale)

  check.equal(seen, expected, `${operation.kind} of ${name}`)
  if (seen === 'done' && operation.kind !== 'discard') model.objects.set(name, source!)
}

type Answer = 'done' | 'exists' | 'lost' | 'missing'

function expectedAnswer({ objects }: Model, operation: Operation): Answer {
  switch (operation.kind) {
    case 'create':
    case 'createFromSource':
    case 'publish':
      return objects.has(operation.name) ? 'exists' : 'done'
    case 'swap':
      return objects.has(operation.name) && operation.proof === 'current' ? 'done' : 'lost'
    case 'copy':
      if (!objects.has(operation.from)) return 'missing'
      return objects.has(operation.to) ? 'exists' : 'done'
    default:
      return 'done'
  }
}

async function write(
  { key, bytes }: World,
  store: ObjectStore,
  operation: Of<'create' | 'createFromSource' | 'put' | 'publish' | 'discard' | 'swap' | 'copy'>,
  stale: string | undefined,
): Promise<Answer> {
  if (operation.kind === 'copy') {
    const answer = await store.copy(key(operation.from), key(operation.to), {})
    return answer === null ? 'missing' : done(answer)
  }
  const [name, body] = [key(operation.name), bytes(operation.body)]
  switch (operation.kind) {
    case 'create':
      return done(await store.putIfAbsent(name, body, {}))
    case 'createFromSource':
      return done(
        await store.putIfAbsent(name, sourceOf(body, { chunkBytes: 30_000, sized: body.length % 2 === 0 }), {}),
      )
    case 'put':
      return done(await store.put(name, body, {}))
    case 'swap': {
      const current = (await store.stat(name, {}))?.etag
      const etag = operation.proof === 'current' ? current : stale
      // Where etags are hashes of the content, an old one can be the present one again.
      const untold = etag === undefined || (operation.proof === 'stale' && etag === current)
      return untold ? 'lost' : done(await store.compareAndSwap(name, body, etag, {}))
    }
    default: {
      const staged = await store.stage({})
      await staged.write(body)
      const answer = operation.kind === 'publish' ? await staged.publish(name) : undefined
      await staged.discard()
      return done(answer)
    }
  }
}

function done(answer: unknown): Answer {
  // What is there stays either way.
  if (answer === 'suspect') return 'exists'
  return answer === 'exists' || answer === 'lost' ? answer : 'done'
}

/** Keeps the etag of what is about to go. */
async function rememberEtag({ model, key }: World, store: ObjectStore, name: string): Promise<void> {
  const info = await store.stat(key(name), {})
  if (info) model.staleEtags.set(name, info.etag)
}

function childOf(name: string, prefix: string): string {
  const slash = name.indexOf('/', prefix.length)
  return slash === -1 ? name : name.slice(0, slash + 1)
}

function rangeOf(body: Uint8Array, range: Of<'read'>['range'] | undefined): Uint8Array {
  if (!range) return body
  if ('last' in range) return body.subarray(Math.max(0, body.length - range.last))
  return body.subarray(range.from, 'to' in range ? range.to : undefined)
}
