import { dirname } from 'node:path'
import { isLadingError, LadingError } from '../domain/errors.ts'
import { assertName } from '../domain/names.ts'
import { assertTrusted } from './assert-trusted.ts'
import type { LadingConfig } from './config.ts'
import { findConfig } from './config-file.ts'
import type { FoundConfig } from './config-file.ts'
import { fromFolder } from './from-folder.ts'

/** Where the value of a setting comes from. */
export type Origin =
  | { readonly kind: 'flag' | 'variable'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly key: string }
  | { readonly kind: 'default' }

/** A value and its origin. */
export interface Setting<T> {
  readonly value: T
  readonly origin: Origin
}

/** What the command line works with. */
export interface Settings {
  readonly store: Setting<string>
  readonly project: Setting<string>
  /** Not loaded yet. */
  readonly adapters: Setting<NonNullable<LadingConfig['adapters']>>
  /** The absolute path of the configuration file in use, or null. */
  readonly configFile: string | null
  /** Whether that file is the project's own, beside the nearest package.json upwards: only there it may make code run. */
  readonly isConfigOfProject: boolean
  /** Configuration files that were found and, being code beside no package.json of the project, not run. */
  readonly ignored: readonly string[]
}

/** Where settings are looked for. */
export interface SettingSources {
  readonly flags: { readonly store?: string | undefined; readonly project?: string | undefined }
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the search for a configuration file begins. */
  readonly folder: string
  /** Whether a configuration that is code may run; if not, it is as if it were empty. Default true. */
  readonly runCode?: boolean
}

/** Stores and projects of who says nothing. */
const DEFAULTS = { store: './.lading', project: 'default' } as const

const VARIABLES = { store: 'LADING_STORE', project: 'LADING_PROJECT' } as const

/**
 * The settings from flags, else the environment, else the nearest configuration file, else the defaults. An empty
 * variable counts as unset.
 *
 * Rejects as `findConfig`, `readConfig` and, where the file is code, `assertTrusted` do, and `INVALID`, naming the origin,
 * for a value that is none.
 */
export async function resolveSettings(sources: SettingSources): Promise<Settings> {
  const { folder, runCode = true } = sources
  const found = await findConfig(folder)
  const config = await configOf(found, runCode)
  const choose = (key: 'store' | 'project') => chooseOne(key, sources, { path: found.path, config })
  const store = choose('store')
  const { path } = found
  return {
    store:
      store.origin.kind === 'file' ? { ...store, value: fromFolder(store.value, dirname(store.origin.path)) } : store,
    project: choose('project'),
    adapters: {
      value: config.adapters ?? [],
      origin: path === null || !config.adapters ? { kind: 'default' } : { kind: 'file', path, key: 'adapters' },
    },
    configFile: path,
    isConfigOfProject: found.isOfProject,
    ignored: found.ignored,
  }
}

/** An origin for people: `--store`, `LADING_STORE`, `/project/lading.config.json: store`, `default`. */
export function formatOrigin(origin: Origin): string {
  if (origin.kind === 'default') return origin.kind
  return origin.kind === 'file' ? `${origin.path}: ${origin.key}` : origin.name
}

async function configOf({ path, isCode }: FoundConfig, runCode: boolean): Promise<LadingConfig> {
  if (path === null || (isCode && !runCode)) return {}
  if (isCode) await assertTrusted(path)
  // Only here: most commands find no file.
  const { readConfig } = await import('./read-config.ts')
  return readConfig({ path, isCode })
}

interface FromFile {
  readonly path: string | null
  readonly config: LadingConfig
}

function chooseOne(
  key: 'store' | 'project',
  { flags, environment }: SettingSources,
  { path, config }: FromFile,
): Setting<string> {
  const [flag, variable, value] = [flags[key], environment[VARIABLES[key]], config[key]]
  if (flag !== undefined) return checked(key, flag, { kind: 'flag', name: `--${key}` })
  if (variable) return checked(key, variable, { kind: 'variable', name: VARIABLES[key] })
  if (value !== undefined && path !== null) return checked(key, value, { kind: 'file', path, key })
  return { value: DEFAULTS[key], origin: { kind: 'default' } }
}

function checked(key: 'store' | 'project', value: string, origin: Origin): Setting<string> {
  try {
    if (key === 'project') assertName(key, value)
    else assertStore(value)
    return { value, origin }
  } catch (error) {
    throw isLadingError(error) ? error.with({ key: formatOrigin(origin) }) : error
  }
}

function assertStore(value: string): void {
  if (value.trim() === '') {
    throw new LadingError('INVALID', {
      detail: 'the store URL is empty',
      next: 'give a folder such as ./.lading, or a URL',
    })
  }
  if (!/^~(?:[/\\]|$)/.test(value)) return
  const next = 'write the whole path; for a folder that is called ~ write ./~'
  throw new LadingError('INVALID', { detail: `${value} begins with ~, which only a shell turns into a folder`, next })
}
