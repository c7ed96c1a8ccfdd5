import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import type { FolderLister, Listed } from './bulk/list-folders.ts'
import type { FileKind } from './file-kinds.ts'

/** Files that one step looks at together. */
const SLICE_COUNT = 64

/** Threads that list folders at once. More were no faster on two cores. */
export const LISTERS_MAX = 2
/** Entries that one of them lists before it answers. */
export const LISTED_MAX = 2_048

/** A folder on the way of the walk. */
export interface Folder {
  /** Relative to the walked one; empty for that itself. */
  readonly path: string
  /** Without links. */
  readonly real: string
  /** The folder that the walk came from, through a link or not. */
  readonly from: Folder | null
}

/** A child of a folder. */
export type Child = Pick<Dirent, 'name'> & FileKind

/**
 * A piece of work: a folder to list, some of its children to look at, or folders below it to list, with blocking calls: in
 * this very thread, a few milliseconds at a time, or in others.
 */
export type Step =
  | { readonly kind: 'list'; readonly folder: Folder }
  | { readonly kind: 'look'; readonly folder: Folder; readonly children: readonly Child[] }
  | { readonly kind: 'names'; readonly folder: Folder; readonly names: readonly string[] }
  | { readonly kind: 'here'; readonly folder: Folder; readonly lister: FolderLister; readonly sinceMs: number }
  | { readonly kind: 'bulk'; readonly folder: Folder; readonly below: readonly string[] }

/** The work of looking at children of a folder, a few at a time. */
export function lookSteps(folder: Folder, children: readonly Child[]): readonly Step[] {
  return slicesOf(children).map((slice) => ({ kind: 'look', folder, children: slice }))
}

/** What a listing leaves to do: what the ordinary code knows how to treat, or to refuse. */
export function stepsAfter(folder: Folder, { unlisted, others }: Pick<Listed, 'unlisted' | 'others'>): readonly Step[] {
  const steps: Step[] = unlisted.map((path) => ({ kind: 'list', folder: below(folder, path) }))
  const names = Map.groupBy(others, (other) => other.folder)
  for (const [path, group] of names) {
    for (const slice of slicesOf(group.map(({ name }) => name))) {
      steps.push({ kind: 'names', folder: below(folder, path), names: slice })
    }
  }
  return steps
}

/** The work of listing folders, and all below them, in threads. */
export function threadSteps(folder: Folder, rest: readonly string[]): readonly Step[] {
  const steps: Step[] = []
  const share = Math.ceil(rest.length / LISTERS_MAX)
  for (let from = 0; from < rest.length; from += share) {
    steps.push({ kind: 'bulk', folder, below: rest.slice(from, from + share) })
  }
  return steps
}

/** A folder that a thread has reached without following a link: what leads back above it leads above it from there too. */
function below(folder: Folder, path: string): Folder {
  if (path === '') return folder
  return { path: pathOf(folder, path), real: join(folder.real, path), from: folder }
}

/** The path of a child of a folder, relative to the walked one. */
export function pathOf(folder: Folder, name: string): string {
  return folder.path === '' ? name : `${folder.path}/${name}`
}

/** A folder in another, not behind a link. */
export function childOf(folder: Folder, name: string): Folder {
  return { path: pathOf(folder, name), real: join(folder.real, name), from: folder }
}

function slicesOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const slices: T[][] = []
  for (let from = 0; from < items.length; from += SLICE_COUNT) slices.push(items.slice(from, from + SLICE_COUNT))
  return slices
}
