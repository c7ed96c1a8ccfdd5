import { basename } from 'node:path'
import { quote } from '../../domain/canonical-json.ts'
import { LadingError } from '../../domain/errors.ts'
import type { Entry } from '../../domain/manifest.ts'
import { CANDIDATES_MAX, nearest, withMeant } from '../../domain/nearest.ts'

/** Bytes of a file: a path on disk, bytes, or a stream that is read once. */
export type FileContent = string | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** How a path that is there already is treated. */
export interface AddOptions {
  /** Replaces other content under the same path, which is an error otherwise. */
  readonly overwrite?: boolean
}

/** Which files of a folder are added. Patterns as in picomatch, against paths relative to the folder. */
export interface AddDirOptions extends AddOptions {
  /** Default: every file. */
  readonly include?: string | readonly string[]
  /** Default: none. Wins over `include`. */
  readonly exclude?: string | readonly string[]
}

/** One step of building an artifact; carried out in order when it is logged. */
export type DraftStep =
  | { readonly kind: 'base'; readonly entries: readonly Entry[] }
  | { readonly kind: 'file'; readonly path: string; readonly content: FileContent; readonly overwrite: boolean }
  | { readonly kind: 'folder'; readonly folder: string; readonly prefix: string; readonly options: AddDirOptions }
  /** A file or a folder: which one is seen when it is logged. */
  | { readonly kind: 'any'; readonly source: string; readonly overwrite: boolean }
  | { readonly kind: 'entry'; readonly entry: Entry; readonly overwrite: boolean }
  | { readonly kind: 'remove'; readonly path: string }

/** Throws `NOT_FOUND` when steps have put nothing at a path, nor below it. After a path on disk nobody knows yet. */
export function assertThere(steps: readonly DraftStep[], path: string): void {
  if (steps.some(({ kind }) => kind === 'folder' || kind === 'any')) return
  const paths = describeSteps(steps).map((entry) => entry.path)
  if (!paths.some((known) => known === path || known.startsWith(`${path}/`))) throw nothingAt(path, paths)
}

/** What steps add up to, as far as that is known before folders are read. */
export function describeSteps(steps: readonly DraftStep[]): readonly (Entry | { readonly path: string })[] {
  const entries = new Map<string, Entry | { readonly path: string }>()
  for (const step of steps) {
    if (step.kind === 'base') for (const entry of step.entries) entries.set(entry.path, entry)
    if (step.kind === 'file') entries.set(step.path, { path: step.path })
    if (step.kind === 'entry') entries.set(step.entry.path, step.entry)
    if (step.kind === 'folder') entries.set(step.prefix, { path: step.prefix })
    if (step.kind === 'any') entries.set(step.source, { path: basename(step.source) })
    if (step.kind === 'remove') removeBelow(entries, step.path)
  }
  return [...entries.values()]
}

/** Removes a path and everything below it. @internal */
export function removeBelow(entries: Map<string, unknown>, path: string): void {
  entries.delete(path)
  for (const key of entries.keys()) if (key.startsWith(`${path}/`)) entries.delete(key)
}

function nothingAt(path: string, paths: readonly string[]): LadingError {
  const match = nearest(path, paths.slice(0, CANDIDATES_MAX))
  const next = withMeant(match && quote(match), 'list what is there with `entries()`')
  return new LadingError('NOT_FOUND', { operation: 'remove', key: path, detail: 'the draft holds no such path', next })
}
