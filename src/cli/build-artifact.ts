import { existsSync, realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, relative, sep } from 'node:path'
import type { Artifact } from '../application/client/artifact.ts'
import { LadingError } from '../domain/errors.ts'
import type { Context } from './context.ts'

/** What an artifact is made with beside its paths. */
export interface ArtifactFlags {
  readonly type?: string
  readonly description?: string
  readonly metadata?: string
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly rehash?: boolean
}

/** An artifact of files, each under its own name, and of the contents of folders. The store in them is left out. */
export async function buildArtifact(
  context: Context,
  { name, paths }: { readonly name: string; readonly paths: readonly string[] },
  flags: ArtifactFlags,
): Promise<Artifact> {
  const { Artifact } = await import('../application/client/artifact.ts')
  const artifact = new Artifact(name, {
    ...(flags.type === undefined ? {} : { type: flags.type }),
    ...(flags.description === undefined ? {} : { description: flags.description }),
    ...(flags.metadata === undefined ? {} : { metadata: await readMetadata(flags.metadata) }),
  })
  for (const path of paths) await addPath(context, artifact, { path, flags })
  return artifact
}

/**
 * JSON that was given itself, or as `@file`. Rejects `INVALID` for what is none, saying where, and for a file that cannot
 * be read; `NOT_FOUND` for one that is not there.
 */
export async function readMetadata(given: string): Promise<unknown> {
  const isFile = given.startsWith('@')
  const text = isFile ? await readGiven(given.slice(1)) : given
  const { parseJson } = await import('../composition/parse-json.ts')
  const key = isFile ? `--metadata ${given}` : '--metadata'
  return parseJson(text, { key, next: `give JSON such as '{"accuracy": 0.91}', or @file` })
}

async function readGiven(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const key = `--metadata @${path}`
    const next = 'give the path of a file of JSON after the @'
    if (code === 'ENOENT') throw new LadingError('NOT_FOUND', { key, detail: 'there is no such file', next, cause })
    throw new LadingError('INVALID', { key, detail: `it cannot be read: ${message}`, next, cause })
  }
}

async function addPath(
  context: Context,
  artifact: Artifact,
  { path, flags: { include, exclude } }: { path: string; flags: ArtifactFlags },
): Promise<void> {
  // What is no folder is left to the library, which says what is wrong with it.
  if (!isFolder(path)) {
    artifact.add(path)
    return
  }
  for (const own of await storeInside(context, path)) context.note(`left out ${own}: it is the store itself`)
  artifact.addDir(path, '', {
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
  })
}

/** What of the store lies in a folder, as paths in it: the library leaves that out of what it logs. */
async function storeInside({ store, adapters }: Context, folder: string): Promise<readonly string[]> {
  const { storePathsOf } = await import('../composition/open-store.ts')
  const paths = (await storePathsOf(store, adapters)).filter((path) => existsSync(path))
  return paths.flatMap((path) => {
    const inside = relative(realpathSync(folder), realpathSync(path))
    const isInside = inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
    return isInside ? [inside.replaceAll(sep, '/')] : []
  })
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
