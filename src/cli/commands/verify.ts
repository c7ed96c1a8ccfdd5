import { Command } from 'commander'
import type { WorkOptions } from '../../application/client/progress.ts'
import type { Verification } from '../../application/client/verify.ts'
import type { Version } from '../../application/client/version.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { formatBytes, formatCount } from '../formats.ts'
import { findArtifact, hasSelector, resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'

interface VerifyFlags {
  readonly dir?: string
}

interface Verified extends Verification {
  readonly version: Version
  /** Why nothing could be compared: the manifest itself is damaged or gone. */
  readonly error: string | null
}

/** `lading verify`: compares stored bytes, or a folder, with what was logged. */
export function createVerifyCommand(signal: AbortSignal): Command {
  return new Command('verify')
    .summary('compare stored bytes, or a folder, with what was logged')
    .description(
      'Reads every stored byte again and compares it with its digest: of one version, of all versions of an artifact,\n' +
        'or of the whole project. With --dir it compares a folder with one version instead.\n' +
        `Exit code ${EXIT.corrupt} when stored bytes are damaged, ${EXIT.failure} when a folder differs.`,
    )
    .argument('[ref]', 'an artifact or a version (default: all artifacts of the project)')
    .option('--dir <folder>', 'compare this folder; a name alone means its latest version')
    .action((ref: string | undefined, flags: VerifyFlags, command: Command) =>
      runCommand(command, signal, (context) => verify(context, ref, flags)),
    )
}

async function verify(context: Context, ref: string | undefined, { dir }: VerifyFlags): Promise<Report> {
  const { signal, onProgress } = context
  if (dir !== undefined && ref === undefined) {
    throw new LadingError('INVALID', {
      key: '--dir',
      detail: 'a folder is compared with one version',
      next: 'give a ref',
    })
  }
  const results: Verified[] = []
  for await (const version of versionsOf(context, ref, dir)) {
    results.push(await verifyOne(version, dir, { signal, onProgress }))
  }
  const ok = results.every((result) => result.ok)
  const failure = dir === undefined ? EXIT.corrupt : EXIT.failure
  return {
    json: { ok, versions: results.map(resultJson) },
    lines: (screen) =>
      results.length > 0
        ? results.flatMap((result) => formatResult(result, screen))
        : [screen.style('dim', `nothing to verify in project ${context.project}`)],
    exitCode: ok ? EXIT.ok : failure,
  }
}

/** Damage to one version must not hide what is wrong with the others. */
async function verifyOne(version: Version, dir: string | undefined, options: WorkOptions): Promise<Verified> {
  try {
    return { version, error: null, ...(await version.verify(dir, options)) }
  } catch (error) {
    if (!isLadingError(error, 'CORRUPT') && !isLadingError(error, 'NOT_FOUND')) throw error
    return { version, error: error.message, ok: false, verified: 0, differences: [], unverifiable: [] }
  }
}

async function* versionsOf(
  context: Context,
  ref: string | undefined,
  dir: string | undefined,
): AsyncGenerator<Version> {
  const { lading, signal } = context
  if (ref !== undefined && (dir !== undefined || hasSelector(ref))) {
    yield await resolveRef(context, ref)
  } else if (ref !== undefined) {
    yield* (await findArtifact(context, ref)).versions({ signal })
  } else {
    for await (const { key } of lading.artifacts({ signal })) yield* lading.artifact(key.artifact).versions({ signal })
  }
}

function resultJson({ version, ok, error, verified, differences, unverifiable }: Verified) {
  return { ref: version.ref, ok, error, verified, differences, unverifiable }
}

function formatResult(
  { version, ok, error, verified, differences, unverifiable }: Verified,
  { style }: Screen,
): readonly string[] {
  const facts = ok
    ? `${formatCount(verified, 'file')}, ${formatBytes(version.size)}`
    : (error ?? `${differences.length} of ${formatCount(verified, 'file')} differ`)
  const elsewhere = unverifiable.length === 0 ? '' : `, ${formatCount(unverifiable.length, 'reference')} not verifiable`
  const mark = ok ? style('green', '✓') : style('red', '✗')
  return [
    `${mark} ${style('bold', version.ref)}  ${style('dim', printable(facts + elsewhere))}`,
    ...differences.map(({ path, problem, detail }) => `  ${style('red', problem)} ${printable(`${path}: ${detail}`)}`),
  ]
}
