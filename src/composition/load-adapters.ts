import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { quote } from '../domain/canonical-json.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import type { StoreAdapter } from '../ports/store-adapter.ts'
import { assertAdapter } from './assert-adapter.ts'
import { assertTrusted } from './assert-trusted.ts'
import { messageOf } from './message-of.ts'
import { packageEntry } from './package-entry.ts'
import { formatOrigin } from './settings.ts'
import type { Settings } from './settings.ts'

/** What a package of an adapter is called: the scheme of its URLs at the end. */
const PACKAGE = /^lading-adapter-[a-z0-9][a-z0-9._-]*$/

/**
 * The adapters that the configuration lists. Packages are looked up in the folder of the configuration file and in the
 * workspace that it is part of, and are run. Nothing else ever makes lading load a package, and only the configuration of
 * the project itself does: one beside the nearest package.json upwards.
 *
 * Each package exports by default an adapter, or a function that makes one without arguments. Rejects `INVALID`, naming
 * the file, where that lies elsewhere or may be of somebody else, and for one that is missing, fails or exports no adapter;
 * `UNSUPPORTED` for one of another contract version.
 */
export async function loadAdapters(settings: Settings): Promise<readonly StoreAdapter[]> {
  const { adapters, configFile } = settings
  const { value, origin } = adapters
  if (value.some((entry) => typeof entry === 'string')) await assertMayLoad(settings)
  const loaded: StoreAdapter[] = []
  for (const entry of value) {
    try {
      const adapter = typeof entry === 'string' ? await loadAdapter(entry, configFile ?? '') : entry
      loaded.push(assertAdapter(adapter))
    } catch (error) {
      throw isLadingError(error) ? placed(error, `${formatOrigin(origin)}: ${nameOf(entry)}`) : error
    }
  }
  return loaded
}

/**
 * Of each adapter that the configuration lists, in their order, why `loadAdapters` would refuse it, as far as that can be
 * told without running its package; null where nothing is in the way.
 */
export async function refusalsOf(settings: Settings): Promise<readonly (LadingError | null)[]> {
  const refusals: (LadingError | null)[] = []
  for (const entry of settings.adapters.value) {
    try {
      if (typeof entry === 'string') await assertMayLoad(settings).then(() => locate(entry, settings.configFile ?? ''))
      else assertAdapter(entry)
      refusals.push(null)
    } catch (error) {
      if (!isLadingError(error)) throw error
      refusals.push(error)
    }
  }
  return refusals
}

async function assertMayLoad({ adapters, configFile, isConfigOfProject }: Settings): Promise<void> {
  const key = formatOrigin(adapters.origin)
  if (!isConfigOfProject || configFile === null) {
    const detail = 'packages are loaded only for a configuration beside the nearest package.json upwards'
    const next =
      'move `adapters` into a lading.config.json or lading.config.ts there; `npm init -y` makes a package.json'
    throw new LadingError('INVALID', { key, detail, next })
  }
  await assertTrusted(configFile)
}

/** What is wrong, said of the place in the configuration. */
function placed({ code, adapter, detail, next, cause }: LadingError, key: string): LadingError {
  return new LadingError(code, { key, adapter, detail, next, cause })
}

function nameOf(entry: string | StoreAdapter): string {
  return typeof entry === 'string' ? entry : quote(entry.name)
}

async function loadAdapter(name: string, configFile: string): Promise<unknown> {
  const exported = (await importFrom(await locate(name, configFile), name))['default']
  const isAdapter = typeof exported === 'object' && exported !== null
  if (!isAdapter && typeof exported !== 'function') {
    const next = 'ask its authors: it must export by default an adapter, or a function that makes one'
    throw new LadingError('INVALID', { detail: 'the package exports no adapter', next })
  }
  return isAdapter ? exported : await make(name, exported as () => unknown)
}

async function make(name: string, create: () => unknown): Promise<unknown> {
  try {
    return await create()
  } catch (cause) {
    throw failed(name, cause)
  }
}

async function importFrom(path: string, name: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (cause) {
    throw isLadingError(cause) ? cause : failed(name, cause)
  }
}

/** The path of what an import of the package would load. */
async function locate(name: string, configFile: string): Promise<string> {
  if (!PACKAGE.test(name)) {
    const next = 'only packages of that name are loaded; in lading.config.ts import the adapter and list it itself'
    throw new LadingError('INVALID', { detail: 'it is not called lading-adapter-<scheme>', next })
  }
  try {
    const entry = await packageEntry(name, dirname(configFile))
    if (entry !== null) return entry
  } catch (cause) {
    throw isLadingError(cause) ? cause : failed(name, cause)
  }
  throw missing(name)
}

function missing(name: string): LadingError {
  const next = `run \`npm install ${name}\` in the folder of the configuration`
  return new LadingError('INVALID', { detail: 'the package is not installed there', next })
}

function failed(name: string, cause: unknown): LadingError {
  const why = messageOf(cause)
  const next = `run \`npm ls ${name}\`, or ask its authors; LADING_DEBUG=1 shows where it fails`
  return new LadingError('INVALID', { detail: `the package cannot be loaded: ${why}`, next, cause })
}
