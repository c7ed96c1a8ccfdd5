import { constants } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { LadingError } from '../domain/errors.ts'
import { nearest, withMeant } from '../domain/nearest.ts'
import type { LadingConfig } from './config.ts'
import { messageOf } from './message-of.ts'
import { parseJson } from './parse-json.ts'

const KEYS = ['store', 'project', 'adapters'] as const satisfies readonly (keyof LadingConfig)[]

/** Members of a valid file stand on its top level alone, and a quote inside a text is written with a backslash. */
const MEMBER = /(?<!\\)"(?<key>store|project|adapters)"\s*:/g

/** Opening a FIFO that somebody put in the place of the file must not wait for a writer. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** A configuration file that counts. */
export interface ConfigFile {
  readonly path: string
  readonly isCode: boolean
}

/**
 * Reads and checks a configuration file. Code is imported, and so it runs.
 *
 * Rejects `INVALID`, naming the file and the key, for what is no valid configuration, also when its code throws;
 * `UNAUTHORIZED` for a file that may not be read; `UNSUPPORTED` for TypeScript on a Node that cannot run it.
 */
export async function readConfig({ path, isCode }: ConfigFile): Promise<LadingConfig> {
  const config = isCode ? await importConfig(path) : await parseConfig(path)
  return checkConfig(path, config, isCode)
}

async function parseConfig(path: string): Promise<unknown> {
  const text = await readText(path)
  const config = parseJson(text, { key: path, next: 'check the commas and quotes there; JSON has no comments' })
  const keys = [...text.matchAll(MEMBER)].map((match) => match.groups?.['key'])
  const twice = keys.find((key, index) => keys.indexOf(key) < index)
  if (twice === undefined) return config
  throw new LadingError('INVALID', { key: path, detail: `${twice} is given twice`, next: 'remove one of the two' })
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, { encoding: 'utf8', flag: READ_ONLY })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw invalid(path, `it cannot be read: ${message}`, { cause })
    const next = 'let this user read the file, or move it away'
    throw new LadingError('UNAUTHORIZED', { key: path, detail: `it cannot be read: ${message}`, next, cause })
  }
}

async function importConfig(path: string): Promise<unknown> {
  if (path.endsWith('.ts') && !process.features.typescript) {
    throw new LadingError('UNSUPPORTED', {
      key: path,
      detail: `Node ${process.versions.node} cannot run TypeScript by itself`,
      next: 'use Node 22.18 or newer, or write the file as lading.config.mjs or lading.config.json',
    })
  }
  const module = await importModule(path)
  if (module['default'] !== undefined) return module['default']
  throw invalid(path, 'it has no default export', { next: 'write `export default { store: … }`' })
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (cause) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : messageOf(cause)
    const isMissing = (cause as NodeJS.ErrnoException | null)?.code === 'ERR_MODULE_NOT_FOUND'
    const next = isMissing ? 'install what it imports beside it, with npm install' : 'correct the file'
    throw invalid(path, `it fails: ${what}`, { next: `${next}; LADING_DEBUG=1 shows where`, cause })
  }
}

async function checkConfig(path: string, config: unknown, isCode: boolean): Promise<LadingConfig> {
  if (!isObject(config) || Array.isArray(config)) {
    throw invalid(path, 'it holds no object', { next: 'write { "store": "…" }' })
  }
  // Only here: without a configuration file nothing has to load it.
  const v = await import('valibot')
  const adapter = isCode ? v.union([v.string(), v.custom(isObject)]) : v.string()
  const text = v.optional(v.string())
  const schema = v.strictObject({ store: text, project: text, adapters: v.optional(v.array(adapter)) })
  const result = v.safeParse(schema, config)
  // An object stands for an adapter; `openStore` checks the adapters that it is given.
  if (result.success) return result.output as LadingConfig
  const [issue] = result.issues
  const key = v.getDotPath(issue) ?? ''
  throw KEYS.some((known) => key === known || key.startsWith(`${known}.`))
    ? invalid(path, `${key} is ${issue.received}, not ${key === 'adapters' ? 'a list' : 'a text'}`)
    : unknownKey(path, key)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function unknownKey(path: string, key: string): LadingError {
  const next = withMeant(nearest(key, KEYS), `it takes ${KEYS.join(', ')}`)
  return invalid(path, `unknown key ${key}`, { next })
}

function invalid(path: string, detail: string, { next = 'correct the file', cause }: Reason = {}): LadingError {
  return new LadingError('INVALID', { key: path, detail, next, cause })
}

interface Reason {
  readonly next?: string
  readonly cause?: unknown
}
