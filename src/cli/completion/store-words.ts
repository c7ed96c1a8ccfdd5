import type { Lading } from '../../application/client/lading.ts'
import { openStore } from '../../composition/open-store.ts'
import { resolveSettings } from '../../composition/settings.ts'

/** What a position of a command line takes from a store. */
export type StoreKind = 'refs' | 'names' | 'projects' | 'runs' | 'aliases' | 'paths'

/** A line that is being typed, from the first word after `lading`. */
export interface TypedLine {
  readonly words: readonly string[]
  /** The one under the cursor; may be empty. */
  readonly current: string
}

/** Offered at the most. */
const WORDS_MAX = 200

/** Whoever presses a key does not wait longer, in milliseconds. */
const WAIT_MS = 1_000

/**
 * Refs, names, projects, runs, or what the artifact or version in front of the cursor has, of the store that the line is about. Runs no code of a configuration, and no adapters of
 * others: a key was pressed, and no command was given. Rejects when the store cannot answer at once.
 */
export async function storeWords(kind: StoreKind, { words, current }: TypedLine): Promise<readonly string[]> {
  const before = words.slice(0, -1)
  const flags = { store: valueOf(before, '--store'), project: valueOf(before, '--project') }
  const settings = await resolveSettings({ flags, environment: process.env, folder: process.cwd(), runCode: false })
  const signal = AbortSignal.timeout(WAIT_MS)
  await using lading = await openStore(settings.store.value, { project: settings.project.value })
  if (kind === 'projects') return await first(lading.projects({ signal }), ({ name }) => name)
  if (kind === 'runs') return await first(lading.runs({ signal }), ({ id }) => id)
  if (kind === 'aliases' || kind === 'paths') return await partsOf(lading, { kind, of: before.at(-1) ?? '' }, signal)
  const name = /^(?<name>[^:]+):/.exec(current)?.groups?.['name']
  if (kind === 'refs' && name !== undefined) return await selectorsOf(lading, name, signal)
  const project = /^(?<project>[^/]+)\//.exec(current)?.groups?.['project']
  const rows = lading.artifacts({ signal, ...(project === undefined ? {} : { project }) })
  return await first(rows, (row) => (project === undefined ? row.name : `${project}/${row.name}`))
}

/** What can follow a ref or a name: paths of its files, or its aliases but the one that nobody can move. */
async function partsOf(
  lading: Lading,
  { kind, of }: { readonly kind: 'aliases' | 'paths'; readonly of: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const version = await lading.getArtifact(of, { signal })
  if (kind === 'paths') return (await version.entries({ signal })).slice(0, WORDS_MAX).map(({ path }) => path)
  const aliases = await lading.artifact(version.name, { project: version.project }).aliases({ signal })
  return Object.keys(aliases).filter((alias) => alias !== 'latest')
}

async function selectorsOf(lading: Lading, name: string, signal: AbortSignal): Promise<readonly string[]> {
  const [artifact, project] = name.split('/').reverse() as [string, string | undefined]
  const handle = lading.artifact(artifact, project === undefined ? {} : { project })
  const aliases = Object.keys(await handle.aliases({ signal }))
  const versions = await first(handle.versions({ signal }), ({ version }) => version)
  return [...aliases, ...versions].map((selector) => `${name}:${selector}`)
}

async function first<T>(listing: AsyncIterable<T>, word: (row: T) => string): Promise<readonly string[]> {
  const words: string[] = []
  for await (const row of listing) if (words.push(word(row)) >= WORDS_MAX) break
  return words
}

function valueOf(words: readonly string[], flag: string): string | undefined {
  const index = words.indexOf(flag)
  const joined = words.find((word) => word.startsWith(`${flag}=`))
  return index === -1 ? joined?.slice(flag.length + 1) : words[index + 1]
}
