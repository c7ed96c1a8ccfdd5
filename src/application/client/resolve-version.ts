import { LadingError } from '../../domain/errors.ts'
import { assertName, assertType } from '../../domain/names.ts'
import { formatRef, parseRef, PENDING_UNKNOWN } from '../../domain/refs.ts'
import type { Ref } from '../../domain/refs.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { ClientPorts } from './client-ports.ts'
import { Version } from './version.ts'

/** How a ref is resolved. */
export interface ResolveOptions extends CallOptions {
  /** The project of a ref that names none. */
  readonly project?: string | undefined
  /** Rejects `CONFLICT` when the version has another type. */
  readonly type?: string | undefined
}

/** The live version that a ref names. Rejects `NOT_FOUND`, saying whether it was deleted or never there. */
export async function resolveVersion(ports: ClientPorts, text: string, options: ResolveOptions): Promise<Version> {
  const ref = parseRef(text)
  if (options.type !== undefined) assertType(options.type)
  const key = artifactOf(ref, options.project)
  const found = await ports.transport.resolve(key, ref.selector, { signal: options.signal })
  if (found === null || !found.live) throw versionNotFound(ref, key, found?.ended ?? null)
  if (options.type !== undefined && found.record.type !== options.type) {
    throw new LadingError('CONFLICT', {
      key: text,
      detail: `the version has type ${JSON.stringify(found.record.type)}, not ${JSON.stringify(options.type)}`,
      next: 'ask for its own type, or for another artifact',
    })
  }
  return new Version(ports, found)
}

/** The artifact that a ref means: in its own project, else in the one that is set. */
export function artifactOf(ref: Ref, project: string | undefined): ArtifactKey {
  return { project: ref.project ?? namedProject(project), artifact: ref.artifact }
}

/** A project, checked. Rejects `INVALID` for none, saying how one is named. */
export function namedProject(project: string | undefined): string {
  if (project !== undefined) return assertName('project', project)
  throw new LadingError('INVALID', {
    detail: 'no project is named',
    next: 'pass `project`, or open the store with one',
  })
}

/** The artifact that a name means, with an optional project in front. A selector behind it is `INVALID`. */
export function artifactNamed(text: string, project: string | undefined): ArtifactKey {
  const ref = parseRef(text)
  if (!/[:@]/.test(text)) return artifactOf(ref, project)
  throw new LadingError('INVALID', {
    key: text,
    detail: 'this is about an artifact, not about one version of it',
    next: `give its name: ${ref.project === undefined ? '' : `${ref.project}/`}${ref.artifact}`,
  })
}

function versionNotFound(ref: Ref, { project, artifact }: ArtifactKey, ended: string | null): LadingError {
  const key = formatRef({ ...ref, project })
  if (ref.selector.kind === 'pending') return new LadingError('NOT_FOUND', { key, ...PENDING_UNKNOWN })
  const next = `list the versions of ${artifact}`
  if (ended !== null) {
    const how = ended === 'superseded' ? 'superseded, or deleted with its artifact' : ended
    return new LadingError('NOT_FOUND', { key, detail: `the version was ${how}`, next })
  }
  switch (ref.selector.kind) {
    case 'latest':
      return new LadingError('NOT_FOUND', { key, detail: 'no such artifact', next: `list the artifacts of ${project}` })
    case 'alias':
      return new LadingError('NOT_FOUND', { key, detail: 'no such alias', next: `list the aliases of ${artifact}` })
    case 'digest':
      return new LadingError('NOT_FOUND', { key, detail: 'no version has this digest', next })
    case 'version':
      return new LadingError('NOT_FOUND', { key, detail: 'no such version', next })
  }
}
