import picomatch from 'picomatch'
import { LadingError } from '../../domain/errors.ts'
import type { Entry } from '../../domain/manifest.ts'
import { assertPath } from '../../domain/paths.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { Files } from '../../ports/files.ts'
import { bytesSource, streamSource } from '../../ports/sources.ts'
import { removeBelow } from './artifact.ts'
import { assertPatterns } from './assert-arguments.ts'
import type { AddDirOptions, DraftStep, FileContent } from './artifact.ts'

/** What will be an entry: bytes that are still to be read, or an entry that is known. */
export type Content = SourceContent | { readonly entry: Entry }

/** Bytes that are still to be read. */
export interface SourceContent {
  readonly source: ByteSource
  readonly sizeBytes: number | null
}

/** All that was added under one path. More than one must turn out to be the same. */
export type Collected = Map<string, Content[]>

/** Carries out the steps of a draft: walks folders, looks at files; reads no content. */
export async function collectFiles(
  files: Files,
  steps: readonly DraftStep[],
  options: CallOptions,
): Promise<Collected> {
  const collected: Collected = new Map()
  const put = (path: string, content: Content, overwrite: boolean) => {
    const before = overwrite ? undefined : collected.get(path)
    if (before) before.push(content)
    else collected.set(path, [content])
  }
  for (const step of steps) {
    if (step.kind === 'base') for (const entry of step.entries) put(entry.path, { entry }, false)
    else if (step.kind === 'entry') put(step.entry.path, { entry: step.entry }, step.overwrite)
    else if (step.kind === 'remove') removeBelow(collected, step.path)
    else for await (const [path, content] of expand(files, step, options)) put(path, content, overwrites(step))
  }
  return collected
}

type ReadStep = Extract<DraftStep, { kind: 'file' | 'folder' | 'any' }>

function overwrites(step: ReadStep): boolean {
  return step.kind === 'folder' ? (step.options.overwrite ?? false) : step.overwrite
}

async function* expand(files: Files, step: ReadStep, options: CallOptions): AsyncIterable<readonly [string, Content]> {
  if (step.kind === 'file') {
    yield [step.path, await contentOf(files, step.content)]
  } else if (step.kind === 'folder') {
    yield* walkFolder(files, step, options)
  } else if ((await files.kind(step.source)) === 'folder') {
    yield* walkFolder(files, { folder: step.source, prefix: '', options: {} }, options)
  } else {
    yield [assertPath(files.basename(step.source)), await contentOf(files, step.source)]
  }
}

async function* walkFolder(
  files: Files,
  { folder, prefix, options: filter }: { folder: string; prefix: string; options: AddDirOptions },
  options: CallOptions,
): AsyncIterable<readonly [string, Content]> {
  if ((await files.kind(folder)) !== 'folder') throw notAFolder(folder)
  const keep = matcher(filter)
  for await (const file of files.walk(folder, { ...options, keep })) {
    yield [assertPath(`${prefix}${file.path}`), { source: file.source, sizeBytes: file.sizeBytes }]
  }
}

async function contentOf(files: Files, content: FileContent): Promise<Content> {
  if (typeof content === 'string') return files.file(content)
  const source = content instanceof Uint8Array ? bytesSource(content) : streamSource(content)
  return { source, sizeBytes: source.sizeBytes }
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
