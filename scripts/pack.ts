import { join } from 'node:path'
import { type Finished, run } from './run.ts'

/** The package as `npm publish` would send it. */
export interface Packed {
  /** What npm said. */
  readonly finished: Finished
  /** Path of the tarball; of no use unless `finished.ok`. */
  readonly tarball: string
  /** Paths of the files in it. */
  readonly files: readonly string[]
}

/** Packs what is built into a tarball in `folder`. Builds nothing: `node scripts/setup.mjs` does. */
export function packInto(folder: string): Packed {
  const finished = run('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder])
  if (!finished.ok) return { finished, tarball: '', files: [] }
  const { filename, files } = onlyEntry(finished.stdout)
  return { finished, tarball: join(folder, filename), files: files.map(({ path }) => path) }
}

/** `npm pack --json` prints a list with one entry; npm 12 prints an object instead. */
function onlyEntry(json: string): { filename: string; files: { path: string }[] } {
  const [entry] = Object.values(JSON.parse(json) as Record<string, { filename: string; files: { path: string }[] }>)
  if (entry === undefined) throw new Error('npm pack packed nothing')
  return entry
}
