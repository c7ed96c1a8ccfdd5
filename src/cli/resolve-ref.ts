import type { Version } from '../application/client/version.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import { parseRef } from '../domain/refs.ts'
import type { Context } from './context.ts'
import { CANDIDATES_MAX, nearest, withMeant } from '../domain/nearest.ts'
import { storeAbove } from './store-above.ts'

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
export async function findArtifact(context: Context, text: string) {
  const { name, ...project } = parseName(text)
  const artifact = context.lading.artifact(name, project)
  try {
    await artifact.assertExists({ signal: context.signal })
  } catch (error) {
    throw isLadingError(error, 'NOT_FOUND') ? await withHint(context, text, error) : error
  }
  return artifact
}

/** Whether a text names a version by a selector, and not an artifact alone. */
export function hasSelector(text: string): boolean {
  return /[:@]/.test(text)
}

/** The name of an artifact, and the project in front of it. `INVALID` for the ref of one version. */
export function parseName(text: string): { readonly name: string; readonly project?: string } {
  const { artifact: name, project } = parseRef(text)
  if (!hasSelector(text)) return { name, ...(project === undefined ? {} : { project }) }
  throw new LadingError('INVALID', {
    key: text,
    detail: 'this command takes the name of an artifact, not a version',
    next: `give ${project === undefined ? '' : `${project}/`}${name}; one version is shown by \`lading show ${text}\``,
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
  return withMeant(match && `${artifact}:${match}`, `list its versions with \`lading ls ${artifact}\``)
}

/**
 * What was probably meant by a project that has nothing, as a sentence: another project, the nearest by name first, or a
 * store in a folder above. Null when there is neither.
 */
export async function whatElse(context: Context, project: string): Promise<string | null> {
  const match = await nearestProject(context, project)
  if (match !== null) return `there is a project ${match}`
  const store = storeAbove(context.store)
  return store === null ? null : `there is a store ${store}`
}

async function nearestProject({ lading, signal }: Context, project: string): Promise<string | null> {
  const projects: string[] = []
  for await (const { name } of lading.projects({ signal })) {
    if (name !== project && projects.push(name) >= CANDIDATES_MAX) break
  }
  return nearest(project, projects) ?? projects[0] ?? null
}

async function nameHint(context: Context, project: string, artifact: string): Promise<string> {
  const { lading, store, signal } = context
  const names: string[] = []
  for await (const { name } of lading.artifacts({ project, signal })) {
    if (names.push(name) >= CANDIDATES_MAX) break
  }
  if (names.length > 0) {
    return withMeant(nearest(artifact, names), `list them with \`lading ls --project ${project}\``)
  }
  const other = await whatElse(context, project)
  const others = other === null ? 'and there is no other project' : `but ${other}`
  return `project ${project} of ${store} has no artifacts, ${others}; choose with --store and --project`
}
