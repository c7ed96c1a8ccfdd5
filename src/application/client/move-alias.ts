import { assertMovableAlias } from '../../domain/names.ts'
import { parseRef, parseVersion } from '../../domain/refs.ts'
import type { RunRef } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { artifactNamed, artifactOf } from './resolve-version.ts'

/** A move by hand: what it is asked for, in which project unless the text names one, and by whom. */
interface MoveRequest {
  /** A ref, or for a removal the name of an artifact. */
  readonly of: string
  readonly alias: string
  readonly project: string | undefined
  readonly run: RunRef | null
}

/** Points an alias at the version of a ref. Rejects `CONFLICT`, naming the actual target, when `expect` does not hold. */
export async function setAlias(
  ports: ClientPorts,
  { of, alias, project, run }: MoveRequest,
  { expect, ...options }: CallOptions & { readonly expect?: string | null | undefined },
): Promise<void> {
  const ref = parseRef(of)
  const move = {
    ...newChange(ports, run),
    alias: assertMovableAlias(alias),
    target: ref.selector,
    expect: expect === undefined || expect === null ? expect : parseVersion(expect),
  }
  await ports.transport.moveAlias(artifactOf(ref, project), move, options)
}

/** Removes an alias of an artifact. Rejects `CONFLICT`, naming the actual target, when `expect` does not hold. */
export async function removeAlias(
  ports: ClientPorts,
  { of, alias, project, run }: MoveRequest,
  { expect, ...options }: CallOptions & { readonly expect?: string | undefined },
): Promise<void> {
  const key = artifactNamed(of, project)
  const expected = expect === undefined ? undefined : parseVersion(expect)
  const move = { ...newChange(ports, run), alias: assertMovableAlias(alias), target: null, expect: expected }
  await ports.transport.moveAlias(key, move, options)
}
