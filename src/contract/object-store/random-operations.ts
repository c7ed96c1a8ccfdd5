import type * as FastCheck from 'fast-check'
import type { ByteRange } from '../../ports/object-store.ts'

/** A few names, so that operations meet: neighbours, folders, and one deep down. */
const NAMES = ['a', 'a-', 'b', 'd/a', 'd/b', 'd/e/c'] as const

/** Bytes of a body, known by their name alone. */
export interface Body {
  readonly name: string
  readonly sizeBytes: number
}

/** One step of a random sequence, on one of two handles. */
export type Operation = { readonly handle: 0 | 1 } & (
  | {
      readonly kind: 'create' | 'createFromSource' | 'put' | 'publish' | 'discard'
      readonly name: string
      readonly body: Body
    }
  | { readonly kind: 'swap'; readonly name: string; readonly body: Body; readonly proof: 'current' | 'stale' }
  | { readonly kind: 'get' | 'stat' | 'sync'; readonly name: string }
  | { readonly kind: 'read'; readonly name: string; readonly range: ByteRange }
  | { readonly kind: 'list'; readonly prefix: string; readonly depth: 'children' | 'all'; readonly limit: number }
  | { readonly kind: 'delete'; readonly names: readonly string[] }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string }
  | { readonly kind: 'reopen' }
)

/** Sequences of operations that a store with these capabilities must answer as the model does. */
export async function operationSequences(
  capabilities: ReadonlySet<string>,
  lengthMax: number,
): Promise<FastCheck.Arbitrary<Operation[]>> {
  const fc = await loadFastCheck()
  const handle = fc.constantFrom(0 as const, 1 as const)
  const name = fc.constantFrom(...NAMES)
  const size = fc.constantFrom(0, 1, 10, 5_000, 70_000)
  const body = fc.record({ name: fc.constantFrom('red', 'green', 'blue'), sizeBytes: size })
  const offset = fc.constantFrom(0, 1, 9, 10, 65_536, 80_000)
  const range = fc.oneof(
    fc.record({ from: offset }),
    fc.record({ last: offset }),
    fc.tuple(offset, offset).map(([from, length]) => ({ from, to: from + length })),
  )
  const of = <K extends string>(kind: K) => fc.constant(kind)

  const always = [
    fc.record({ handle, kind: fc.constantFrom('create', 'createFromSource', 'put'), name, body }),
    fc.record({ handle, kind: fc.constantFrom('get', 'stat', 'sync'), name }),
    fc.record({ handle, kind: of('read'), name, range }),
    fc.record({
      handle,
      kind: of('list'),
      prefix: fc.constantFrom('', 'd/', 'd/e/', 'a/'),
      depth: fc.constantFrom('children', 'all'),
      limit: fc.integer({ min: 1, max: 7 }),
    }),
    fc.record({ handle, kind: of('delete'), names: fc.array(name, { maxLength: 3 }) }),
    fc.record({ handle, kind: of('reopen') }),
  ]
  const swap = fc.record({ handle, kind: of('swap'), name, body, proof: fc.constantFrom('current', 'stale') })
  const stage = fc.record({ handle, kind: fc.constantFrom('publish', 'discard'), name, body })
  const copy = fc.record({ handle, kind: of('copy'), from: name, to: name })

  const operation: FastCheck.Arbitrary<Operation> = fc.oneof(
    ...always,
    ...(capabilities.has('compareAndSwap') ? [swap] : []),
    ...(capabilities.has('staging') ? [stage] : []),
    ...(capabilities.has('copy') ? [copy] : []),
  )
  return fc.array(operation, { minLength: 1, maxLength: lengthMax, size: 'max' })
}

/** Loaded here alone: whoever runs the quick tier needs no fast-check. */
export async function loadFastCheck(): Promise<typeof FastCheck> {
  try {
    return await import('fast-check')
  } catch (cause) {
    throw new Error('the full tier needs fast-check: npm install --save-dev fast-check', { cause })
  }
}
