import { quote } from '../../domain/canonical-json.ts'
import { diffManifests } from '../../domain/diff.ts'
import type { Diff } from '../../domain/diff.ts'
import { LadingError } from '../../domain/errors.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { ClientPorts } from './client-ports.ts'
import { resolveVersion } from './resolve-version.ts'
import type { ResolveOptions } from './resolve-version.ts'
import { Version } from './version.ts'

/** Compares two versions, of one artifact or of two, each given by its ref or itself. */
export async function diffVersions(
  ports: ClientPorts,
  versions: { readonly before: string | Version; readonly after: string | Version },
  options: Pick<ResolveOptions, 'project' | 'signal'>,
): Promise<Diff> {
  const call: CallOptions = { signal: options.signal }
  const manifests = [versions.before, versions.after].map(async (given) => {
    const version = given instanceof Version ? given : await resolveVersion(ports, assertRef(given), options)
    return version.manifest(call)
  })
  const [before, after] = await Promise.all(manifests)
  return diffManifests(before!, after!)
}

function assertRef(value: unknown): string {
  if (typeof value === 'string') return value
  const detail = `what is to be compared is ${quote(value)}`
  throw new LadingError('INVALID', { operation: 'diff', detail, next: 'give a ref, or a Version' })
}
