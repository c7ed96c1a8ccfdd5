import type { SequentialObject } from './linearizability.ts'

/** What a client asks of an artifact. Every `read` is one read of its head. */
export type ArtifactInput =
  | { readonly kind: 'log'; readonly content: string; readonly aliases: readonly string[] }
  | {
      readonly kind: 'setAlias'
      readonly alias: string
      /** null removes it. */
      readonly n: number | null
      readonly expect: number | null | undefined
    }
  | { readonly kind: 'delete'; readonly n: number; readonly withAliases: boolean }
  | { readonly kind: 'read' }

/** What it is told. `next` is the count of versions that were ever made. */
export type ArtifactOutput =
  | { readonly kind: 'logged'; readonly n: number; readonly created: boolean }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: 'CONFLICT' | 'NOT_FOUND' }
  | { readonly kind: 'head'; readonly next: number; readonly latest: number | null; readonly aliases: AliasEntries }

/** Alias names and the versions that they point at, sorted by name. */
export type AliasEntries = readonly (readonly [alias: string, n: number])[]

/** An artifact between two operations. */
export interface ArtifactState {
  /** By number: the content, or null once it is deleted. */
  readonly versions: readonly (string | null)[]
  readonly aliases: AliasEntries
}

/**
 * An artifact as it must seem to clients that only look at its head: all alias names are *one* register, and the
 * numbers are a sequence. Content is logged once while it lives; numbers are dense; `latest` is the newest live one.
 * A version, its aliases and `latest` appear at one moment, before its log is answered.
 *
 * Each log is one intent that is sent once, so no operation id is remembered.
 */
export function artifactObject(initial: ArtifactState): SequentialObject<ArtifactState, ArtifactInput, ArtifactOutput> {
  return {
    initial,
    keyOf: ({ versions, aliases }) => JSON.stringify([versions, aliases]),
    apply(state, input) {
      switch (input.kind) {
        case 'log':
          return applyLog(state, input)
        case 'setAlias':
          return applySetAlias(state, input)
        case 'delete':
          return applyDelete(state, input)
        case 'read': {
          const { versions, aliases } = state
          return { state, output: { kind: 'head', next: versions.length, latest: latestOf(state), aliases } }
        }
      }
    },
  }
}

type Of<K extends ArtifactInput['kind']> = Extract<ArtifactInput, { kind: K }>
type Applied = { readonly state: ArtifactState; readonly output: ArtifactOutput }

function applyLog(state: ArtifactState, { content, aliases }: Of<'log'>): Applied {
  const hit = state.versions.indexOf(content)
  const created = hit === -1
  const n = created ? state.versions.length : hit
  const versions = created ? [...state.versions, content] : state.versions
  const moved = aliases.reduce((entries, alias) => withAlias(entries, alias, n), state.aliases)
  return { state: { versions, aliases: moved }, output: { kind: 'logged', n, created } }
}

function applySetAlias(state: ArtifactState, { alias, n, expect }: Of<'setAlias'>): Applied {
  if (n !== null && typeof state.versions[n] !== 'string') return refused(state, 'NOT_FOUND')
  const current = state.aliases.find(([name]) => name === alias)?.[1] ?? null
  if (expect !== undefined && expect !== current) return refused(state, 'CONFLICT')
  return { state: { ...state, aliases: withAlias(state.aliases, alias, n) }, output: { kind: 'done' } }
}

function applyDelete(state: ArtifactState, { n, withAliases }: Of<'delete'>): Applied {
  const version = state.versions[n]
  if (version === undefined) return refused(state, 'NOT_FOUND')
  if (version === null) return { state, output: { kind: 'done' } }
  const isNamed = latestOf(state) === n || state.aliases.some(([, target]) => target === n)
  if (isNamed && !withAliases) return refused(state, 'CONFLICT')
  const versions = state.versions.with(n, null)
  const aliases = state.aliases.filter(([, target]) => target !== n)
  return { state: { versions, aliases }, output: { kind: 'done' } }
}

function refused(state: ArtifactState, code: 'CONFLICT' | 'NOT_FOUND'): Applied {
  return { state, output: { kind: 'refused', code } }
}

function latestOf({ versions }: ArtifactState): number | null {
  const n = versions.findLastIndex((content) => content !== null)
  return n === -1 ? null : n
}

function withAlias(entries: AliasEntries, alias: string, n: number | null): AliasEntries {
  const others = entries.filter(([name]) => name !== alias)
  return n === null ? others : [...others, [alias, n] as const].sort(([a], [b]) => (a < b ? -1 : 1))
}
