import { dirname, relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import { LadingError } from '../../domain/errors.ts'
import type { Entry } from '../../domain/manifest.ts'
import { assertPath } from '../../domain/paths.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { FoundFile, FoundFiles } from '../../ports/files.ts'
import { bytesSource, streamSource } from '../../ports/sources.ts'
import type { FolderStats } from '../../ports/stat-cache.ts'
import type { IngestedBlob } from '../../ports/transport.ts'
import { removeBelow } from './artifact.ts'
import { assertPatterns } from './assert-arguments.ts'
import type { AddDirOptions, DraftStep } from './artifact.ts'
import type { ClientPorts } from './client-ports.ts'
import { KnownFolder } from './known-folder.ts'
import type { UnchangedFolder } from './known-folder.ts'

/** What will be an entry: an entry that is known, bytes that are still to be read, or a file that may be known. */
export type Content = { readonly entry: Entry } | { readonly bytes: ByteSource } | CollectedFile

/** A file of the user. */
export interface CollectedFile {
  readonly file: FoundFile
  /** What is remembered of the folder that it was found in; null where nothing is. */
  readonly stats: FolderStats | null
  /** What it is called there. */
  readonly name: string
  /** What it has, if it is remembered in the state in which it was found. */
  readonly blob: IngestedBlob | null
}

/** All that was added to an artifact. */
export interface Collected {
  /** By path. More than one under a path must turn out to be the same. */
  readonly contents: Map<string, Content[]>
  /** Where files can be remembered. */
  readonly stats: readonly FolderStats[]
  /** What is remembered of the one folder that is logged whole; null if there is none. */
  readonly whole: FolderStats | null
  /** That folder, if it is as it was: there are no contents then until it is released. */
  readonly unchanged: UnchangedFolder | null
}

/** How files are collected. */
export interface CollectOptions extends CallOptions {
  /** Remembers no file. */
  readonly rehash: boolean
  /** Is told of each remembered file while others are still looked for. */
  readonly onRemembered: (blob: IngestedBlob) => void
}

type CollectPorts = Pick<ClientPorts, 'files' | 'statCache'>

/** Carries out the steps of a draft: walks folders, looks at files; reads no content. */
export async function collectFiles(
  ports: CollectPorts,
  steps: readonly DraftStep[],
  options: CollectOptions,
): Promise<Collected> {
  const contents: Collected['contents'] = new Map()
  const put: Put = (path, content, overwrite) => {
    const before = overwrite ? undefined : contents.get(path)
    if (before) before.push(content)
    else contents.set(path, [content])
  }
  const collector = new Collector(ports, steps, { ...options, put })
  for (const step of steps) {
    if (step.kind === 'base') for (const entry of step.entries) put(entry.path, { entry }, false)
    else if (step.kind === 'entry') put(step.entry.path, { entry: step.entry }, step.overwrite)
    else if (step.kind === 'remove') removeBelow(contents, step.path)
    else await collector.collect(step)
  }
  const { stats, whole, unchanged } = collector
  return { contents, stats, whole, unchanged }
}

type Put = (path: string, content: Content, overwrite: boolean) => void
type ReadStep = Extract<DraftStep, { kind: 'file' | 'folder' | 'any' }>
/** A folder, and where its files go. */
interface WalkedFolder {
  readonly folder: string
  readonly prefix: string
  readonly options: AddDirOptions
}

class Collector {
  readonly stats: FolderStats[] = []
  whole: FolderStats | null = null
  unchanged: UnchangedFolder | null = null
  readonly #isAlone: boolean
  readonly #ports: CollectPorts
  readonly #options: CollectOptions & { readonly put: Put }
  /** The deepest folder above all files that were added one by one: together they are remembered there. */
  readonly #common: string | null
  #statsOfFiles: Promise<FolderStats | null> | null = null

  constructor(ports: CollectPorts, steps: readonly DraftStep[], options: CollectOptions & { readonly put: Put }) {
    this.#ports = ports
    this.#options = options
    this.#common = commonFolder(steps)
    this.#isAlone = steps.length === 1
  }

  async collect(step: ReadStep): Promise<void> {
    const { files } = this.#ports
    const { put } = this.#options
    if (step.kind === 'file') {
      put(step.path, await this.#given(step.content), step.overwrite)
    } else if (step.kind === 'folder') {
      await this.#walk(step, step.options.overwrite ?? false)
    } else if ((await files.kind(step.source)) === 'folder') {
      await this.#walk({ folder: step.source, prefix: '', options: {} }, step.overwrite)
    } else {
      put(assertPath(files.basename(step.source)), await this.#given(step.source), step.overwrite)
    }
  }

  async #walk({ folder, prefix, options }: WalkedFolder, overwrite: boolean): Promise<void> {
    const { files } = this.#ports
    if ((await files.kind(folder)) !== 'folder') throw notAFolder(folder)
    const isFiltered = options.include !== undefined || options.exclude !== undefined
    const keep = isFiltered ? matcher(options) : undefined
    const { signal, put } = this.#options
    const stats = await this.#open(folder)
    const putAll = (batch: FoundFiles): void => {
      for (const file of batch) put(assertPath(prefix + file.path), this.#contentOf(file, stats, file.path), overwrite)
    }
    const known = prefix === '' && !isFiltered ? this.#knownFolder(stats, putAll) : null
    for await (const batch of files.walk(folder, { signal, keep })) {
      if (known) known.take(batch)
      else putAll(batch)
    }
    this.unchanged = known?.end() ?? null
  }

  /** A folder that is all there is to log may be as it was when it was logged before. */
  #knownFolder(stats: FolderStats | null, put: (files: FoundFiles) => void): KnownFolder | null {
    if (stats === null || !this.#isAlone) return null
    this.whole = stats
    if (this.#options.rehash) return null
    for (const blob of stats.blobs()) this.#options.onRemembered(blob)
    return new KnownFolder(stats, put)
  }

  async #given(content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<Content> {
    if (typeof content !== 'string') {
      return { bytes: content instanceof Uint8Array ? bytesSource(content) : streamSource(content) }
    }
    const file = await this.#ports.files.file(content)
    if (this.#common === null) return this.#contentOf(file, null, '')
    this.#statsOfFiles ??= this.#open(this.#common)
    const name = relative(this.#common, resolve(content)).replaceAll(sep, '/')
    return this.#contentOf(file, await this.#statsOfFiles, name)
  }

  #contentOf(file: FoundFile, stats: FolderStats | null, name: string): CollectedFile {
    if (stats === null || this.#options.rehash) return { file, stats, name, blob: null }
    const { state, sizeBytes } = file
    const digest = state && stats.digestOf(name, state)
    const blob = digest === null ? null : { digest, sizeBytes }
    if (blob && this.whole !== stats) this.#options.onRemembered(blob)
    return { file, stats, name, blob }
  }

  async #open(folder: string): Promise<FolderStats | null> {
    const stats = (await this.#ports.statCache?.open(folder)) ?? null
    if (stats) this.stats.push(stats)
    return stats
  }
}

/** Null without files, and where two are on disks without a common root. */
function commonFolder(steps: readonly DraftStep[]): string | null {
  let common: string | null = null
  for (const step of steps) {
    const path = step.kind === 'any' ? step.source : step.kind === 'file' ? step.content : null
    if (typeof path !== 'string') continue
    const folder = dirname(resolve(path))
    common ??= folder
    while (!isAbove(common, folder)) {
      const above = dirname(common)
      if (above === common) return null
      common = above
    }
  }
  return common
}

function isAbove(above: string, folder: string): boolean {
  return folder === above || folder.startsWith(above.endsWith(sep) ? above : above + sep)
}

/** Whether a path is wanted: included (all are, when nothing is said) and not excluded. `INVALID` for what is no pattern. */
export function matcher({ include, exclude }: Pick<AddDirOptions, 'include' | 'exclude'>): (path: string) => boolean {
  const included = include === undefined ? () => true : picomatch(assertPatterns(include), { dot: true })
  const excluded = exclude === undefined ? () => false : picomatch(assertPatterns(exclude), { dot: true })
  return (path) => included(path) && !excluded(path)
}

function notAFolder(folder: string): LadingError {
  return new LadingError('INVALID', { key: folder, detail: 'not a folder', next: 'add a file with `addFile`' })
}
