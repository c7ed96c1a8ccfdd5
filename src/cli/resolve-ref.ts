import type { Version } from '../application/client/version.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import { parseRef } from '../domain/refs.ts'
import type { Context } from './context.ts'
import { nearest } from './nearest.ts'

/** Names that are looked through for the nearest match. */
const CANDIDATES_MAX = 1000

/** Versions that an alias may be mistaken for are few: the newest. */
const VERSIONS_MAX = 20

/** The version of a ref; when there is none, the error names the nearest match. */
export async function resolveRef(context: Context, ref: string, type?: string): Promise<Version> {
  try {
    return await context.lading.getArtifact(ref, { signal: context.signal, type })
  } catch (error) {
    if (parseRef(ref).selector.kind === 'pending') throw error
    throw isLadingError(error, 'NOT_FOUND') ? await withHint(context, ref, error) : error
  }
}

/** An artifact by its name, with an optional project in front. Rejects `NOT_FOUND` naming the nearest match. */
export async function findArtifact(context: Context, name: string) {
  const artifact = context.lading.artifact(...parseName(name))
  try {
    await artifact.assertExists({ signal: context.signal })
  } catch (error) {
    throw isLadingError(error, 'NOT_FOUND') ? await withHint(context, name, error) : error
  }
  return artifact
}

/** Whether a text names a version by a selector, and not an artifact alone. */
export function hasSelector(text: string): boolean {
  return /[:@]/.test(text)
}

function parseName(text: string): [name: string, options: { project?: string }] {
  const { artifact, project } = parseRef(text)
  if (!hasSelector(text)) return [artifact, project === undefined ? {} : { project }]
  throw new LadingError('INVALID', {
    key: text,
    detail: 'this command takes the name of an artifact, not a version',
    next: `give ${project === undefined ? '' : `${project}/`}${artifact}; one version is shown by \`lading show ${text}\``,
  })
}

async function withHint(context: Context, text: string, error: LadingError): Promise<LadingError> {
  const { project = context.project, artifact } = parseRef(text)
  const selector = /[:@](?<selector>.*)$/.exec(text)?.groups?.['selector']
  const known = await selectorsOf(context, project, artifact)
  const [detail, next] =
    known.length > 0
      ? [error.detail, selectorHint({ artifact, selector: selector ?? 'latest', known })]
      : [`no artifact ${artifact} in project ${project}`, await nameHint(context, project, artifact)]
  return new LadingError('NOT_FOUND', { key: text, detail, next, cause: error })
}

async function selectorsOf({ lading, signal }: Context, project: string, artifact: string): Promise<readonly string[]> {
  const handle = lading.artifact(artifact, { project })
  const selectors = Object.keys(await handle.aliases({ signal }))
  for await (const { version } of handle.versions({ signal })) {
    if (selectors.push(version) >= VERSIONS_MAX) break
  }
  return selectors
}

function selectorHint(asked: { artifact: string; selector: string; known: readonly string[] }): string {
  const { artifact, selector, known } = asked
  // Any number is close to any other: only an alias can be mistyped.
  const match = /^v\d+$/.test(selector) ? null : nearest(selector, known)
  const list = `list its versions with \`lading ls ${artifact}\``
  return match === null ? list : `did you mean ${artifact}:${match}? ${list}`
}

async function nameHint({ lading, store, signal }: Context, project: string, artifact: string): Promise<string> {
  const names: string[] = []
  for await (const { key } of lading.artifacts({ project, signal })) {
    if (names.push(key.artifact) >= CANDIDATES_MAX) break
  }
  if (names.length > 0) {
    const match = nearest(artifact, names)
    return `${match === null ? '' : `did you mean ${match}? `}list them with \`lading ls --project ${project}\``
  }
  const projects: string[] = []
  for await (const { name } of lading.projects({ signal })) if (projects.push(name) >= CANDIDATES_MAX) break
  const match = nearest(project, projects) ?? projects[0]
  const others = match === undefined ? 'and no other project' : `but a project ${match}`
  return `the store ${store} has no artifacts in it, ${others}; choose with --store and --project`
}
