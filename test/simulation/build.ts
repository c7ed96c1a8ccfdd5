import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { LadingError } from '../../src/domain/errors.ts'
import type { createProtocolMetadataStore } from '../../src/protocol/metadata-store.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ENTRIES = ['src/protocol/metadata-store.ts', 'src/domain/errors.ts']

/** A change of one place of the source. `find` must occur exactly once, white space aside: a patch follows the code or fails. */
export interface Patch {
  /** Relative to the root of the checkout. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** The code under simulation: as it stands in src, or a patched copy. */
export interface Build {
  readonly createProtocolMetadataStore: typeof createProtocolMetadataStore
  /** The error class of this very copy: `instanceof` knows no other. */
  readonly LadingError: typeof LadingError
}

/** Limits of the domain that a simulation makes small, so that a few operations reach them. */
export interface Windows {
  /** RECENT_MAX: operations that head remembers. */
  readonly recent: number
  /** MOVES_MAX: alias moves that head holds before they go to a history page. */
  readonly moves: number
}

/**
 * Makes the local state of an execution visible, so that a search can tell that two are alike: private names become
 * public ones, and an execution tells the `ids` of its process that it is there.
 */
export const EXPOSED: Patch = {
  file: 'src/protocol/execution.ts',
  find: 'this.#prepared = prepared',
  replace: 'this.#prepared = prepared; parts.context.ids.executing?.(this)',
}

const builds = new Map<string, Promise<Build>>()

/** Loads the protocol with other windows and with patches. A build of this process is loaded once. */
export function loadBuild(windows: Windows, patches: readonly Patch[] = []): Promise<Build> {
  const all = [...patches, ...windowPatches(windows)]
  const id = JSON.stringify(all)
  const known = builds.get(id)
  if (known) return known
  const build = loadPatched(all)
  builds.set(id, build)
  return build
}

function windowPatches({ recent, moves }: Windows): readonly Patch[] {
  const file = 'src/domain/head.ts'
  return [
    { file, find: 'export const RECENT_MAX = 128', replace: `export const RECENT_MAX = ${recent}` },
    { file, find: 'export const MOVES_MAX = 32', replace: `export const MOVES_MAX = ${moves}` },
  ]
}

/** A copy inside node_modules finds its packages; Node strips no types there, so that they are stripped here. */
async function loadPatched(patches: readonly Patch[]): Promise<Build> {
  const cache = join(ROOT, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'lading-simulation-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    for (const [file, code] of patchedModules(patches)) {
      const target = join(folder, file)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, code)
    }
    const [store, errors] = await Promise.all(ENTRIES.map((entry) => import(urlOf(folder, entry))))
    return { createProtocolMetadataStore: store.createProtocolMetadataStore, LadingError: errors.LadingError }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function urlOf(folder: string, entry: string): string {
  return pathToFileURL(join(folder, compiledName(entry))).href
}

/** The modules that the entries need, by the name of the compiled file. */
function patchedModules(patches: readonly Patch[]): Map<string, string> {
  const modules = new Map<string, string>()
  const seen = new Set<string>()
  const pending = [...ENTRIES]
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    const code = stripTypeScriptTypes(patched(file, patches))
    modules.set(compiledName(file), code.replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'"))
    for (const [, specifier] of code.matchAll(/from '(\.[^']*\.ts)'/g)) {
      pending.push(relative('.', join(dirname(file), specifier!)))
    }
  }
  const unused = patches.find((patch) => !seen.has(patch.file))
  if (unused) throw new Error(`${unused.file} is patched, but it is no part of the protocol`)
  return modules
}

function patched(file: string, patches: readonly Patch[]): string {
  let code = readFileSync(join(ROOT, file), 'utf8')
  for (const { find, replace } of patches.filter((patch) => patch.file === file)) {
    const pattern = patternOf(find)
    const found = [...code.matchAll(pattern)].length
    if (found !== 1) throw new Error(`${file} must have the patched text once, it has it ${found} times: ${find}`)
    code = code.replace(pattern, () => replace)
  }
  const exposed = patches.includes(EXPOSED) && file === EXPOSED.file
  return exposed ? code.replaceAll(/#(?=[a-z])/g, '_') : code
}

/** Line breaks and indentation are the formatter's. */
function patternOf(find: string): RegExp {
  const words = find
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(words.join(String.raw`\s+`), 'g')
}

function compiledName(file: string): string {
  return file.replace(/\.ts$/, '.js')
}
