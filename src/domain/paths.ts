import { compareCodePoints, quote } from './canonical-json.ts'
import { LadingError } from './errors.ts'

/** Length of a path inside an artifact, in bytes of UTF-8. */
export const PATH_BYTES_MAX = 1_024

/** What a target disk cannot keep apart. */
export interface DiskNaming {
  /** Whether names that differ only in case are different names. */
  readonly caseSensitive: boolean
  /** Whether names that differ only in Unicode normalisation are the same name. */
  readonly normalises: boolean
}

/** What a path must not be, in the order in which it is told. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'is empty'],
  [/^\//, 'is absolute'],
  [/^[A-Za-z]:/, 'begins with a drive letter'],
  [/\\/, 'holds a backslash'],
  [/\p{Cc}/u, 'holds a control character'],
  [/\p{Cs}/u, 'holds an unpaired surrogate'],
  [/(?:^|\/)\.{0,2}(?:\/|$)/, 'has a segment that is empty, "." or ".."'],
]

const RULE = `a path is relative, its segments separated by "/", and has at most ${PATH_BYTES_MAX} bytes of UTF-8`

/** What most paths are made of. Whatever else there is in a path is looked at more closely. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_. -]{0,100}(?:\/[A-Za-z0-9_][A-Za-z0-9_. -]{0,100}){0,8}$/

/** Returns a path inside an artifact as it is, never normalised; anything else is `INVALID`, saying what is wrong. */
export function assertPath(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return value
  if (typeof value !== 'string') throw invalid(`path is ${quote(value)}`, RULE)
  const broken = REFUSED.find(([pattern]) => pattern.test(value))
  if (broken) throw invalid(`path ${quote(value)} ${broken[1]}`, RULE)
  // A code unit makes at most three bytes, so that short paths need not be encoded.
  const bytes = value.length * 3 <= PATH_BYTES_MAX ? 0 : new TextEncoder().encode(value).length
  if (bytes > PATH_BYTES_MAX) throw invalid(`path ${quote(value)} has ${bytes} bytes`, RULE)
  return value
}

/** Orders paths as manifests do: by Unicode code point, which is the order of their UTF-8 bytes. */
export function comparePaths(a: string, b: string): number {
  return compareCodePoints(a, b)
}

/**
 * Checks that paths can stand beside each other: none twice, none that is a folder of another. `INVALID` names both.
 *
 * They must come in the order of `comparePaths`. Takes linear time and next to no memory.
 */
export function assertPathSet(sortedPaths: Iterable<string>): void {
  const above = createAncestry()
  let previous: string | undefined
  for (const path of sortedPaths) {
    if (previous !== undefined && comparePaths(previous, path) > 0) throw new Error('the paths are not sorted')
    const other = above.add(path)
    if (other === path) throw invalid(`path ${quote(path)} is there twice`, 'a path names one entry')
    if (other !== undefined) {
      const detail = `path ${quote(path)} lies below ${quote(other)}, which is a file`
      throw invalid(detail, 'a path cannot be both a file and a folder')
    }
    previous = path
  }
}

/**
 * The paths of a valid set that would meet on a disk, each with the one it meets: as the same file, or because one
 * is a file where the other needs a folder. Folders that meet are one folder, and no collision.
 *
 * Every path that meets one before it is named once. Case is folded generously (ß is SS): some disks keep
 * apart what is reported. Needs memory for a copy of the paths unless the disk keeps all apart.
 */
export function collisions(
  paths: Iterable<string>,
  { caseSensitive, normalises }: DiskNaming,
): readonly (readonly [string, string])[] {
  if (caseSensitive && !normalises) return []
  const folded = Array.from(paths, (path) => ({ path, key: foldPath(path, { caseSensitive, normalises }) }))
  folded.sort((a, b) => comparePaths(a.key, b.key) || comparePaths(a.path, b.path))
  const above = createAncestry()
  const owners = new Map<string, string>()
  const found: [string, string][] = []
  for (const { path, key } of folded) {
    const other = above.add(key)
    if (other === undefined) owners.set(key, path)
    else found.push([owners.get(other) ?? other, path])
  }
  return found
}

/**
 * The form of a path that tells whether it is another one's on a disk: two that are the same there have one form. Case is
 * folded generously (ß is SS), so that some that differ there have one form too.
 *
 * Down, then up: it joins what either direction joins (ſ and s, K and the Kelvin sign), and looks at no neighbours.
 */
export function foldPath(path: string, { caseSensitive, normalises }: DiskNaming): string {
  const spelled = normalises ? path.normalize('NFD') : path
  const folded = caseSensitive ? spelled : spelled.toLowerCase().toUpperCase()
  return normalises ? folded.normalize('NFC') : folded
}

/**
 * Sees sorted paths pass and tells the one before that is the same, or a file where a later one needs a folder.
 *
 * Paths with a common beginning are neighbours, so the paths that a path begins with form a stack. Between `a` and `a/b`
 * may lie `a-b`, but whatever lies in a folder begins with every path of the stack: the last one decides.
 */
function createAncestry(): { add(path: string): string | undefined } {
  const stack: string[] = []
  return {
    add(path) {
      let last = stack.at(-1)
      while (last !== undefined && !path.startsWith(last)) {
        stack.pop()
        last = stack.at(-1)
      }
      if (last !== undefined && (path.length === last.length || path[last.length] === '/')) return last
      stack.push(path)
      return undefined
    },
  }
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { detail, next })
}
