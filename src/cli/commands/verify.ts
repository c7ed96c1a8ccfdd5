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
  readonly repair?: string
}

interface Verified extends Verification {
  readonly version: Version
  /** Why nothing could be compared: the manifest itself is damaged or gone; or what the record has wrong. */
  readonly error: string | null
  /** Paths whose stored bytes were damaged or missing, and were replaced. */
  readonly repaired: readonly string[]
}

/** `lading verify`: compares stored bytes, or a folder, with what was logged. */
export function createVerifyCommand(signal: AbortSignal): Command {
  return new Command('verify')
    .summary('compare stored bytes, or a folder, with what was logged')
    .description(
      'Reads every stored byte again and compares it with its digest: of one version, of all versions of an artifact,\n' +
        'or of the whole project. With --dir it compares a folder with one version instead. With --repair it replaces\n' +
        'stored bytes that are damaged or missing by those of a folder, if they are the right ones.\n' +
        `Exit code ${EXIT.corrupt} when stored bytes are damaged, ${EXIT.failure} when a folder differs.`,
    )
    .argument('[ref]', 'an artifact or a version (default: all artifacts of the project)')
    .option('--dir <folder>', 'compare this folder; a name alone means its latest version')
    .option('--repair <folder>', 'replace damaged and missing bytes by good ones of this folder')
    .action((ref: string | undefined, flags: VerifyFlags, command: Command) =>
      runCommand(command, signal, (context) => verify(context, ref, flags)),
    )
}

async function verify(context: Context, ref: string | undefined, flags: VerifyFlags): Promise<Report> {
  const { signal, onProgress } = context
  const { dir } = flags
  assertFlags(ref, flags)
  const results: Verified[] = []
  for await (const version of versionsOf(context, ref, dir)) {
    results.push(await verifyOne(version, flags, { signal, onProgress }))
  }
  if (results.length === 0) throw nothingToVerify(context)
  const ok = results.every((result) => result.ok)
  const failure = dir === undefined ? EXIT.corrupt : EXIT.failure
  return {
    json: { ok, versions: results.map(resultJson) },
    lines: (screen) => results.flatMap((result) => formatResult(result, screen)),
    exitCode: ok ? EXIT.ok : failure,
  }
}

/** Green would be the wrong answer to a store whose name was mistyped. */
function nothingToVerify({ project, store }: Context): LadingError {
  return new LadingError('NOT_FOUND', {
    operation: 'verify',
    key: project,
    detail: `the project has nothing to verify in the store ${store}`,
    next: 'check --store and --project',
  })
}

function assertFlags(ref: string | undefined, { dir, repair }: VerifyFlags): void {
  if (dir === undefined) return
  const refuse = (detail: string, next: string): never => {
    throw new LadingError('INVALID', { key: '--dir', detail, next })
  }
  if (ref === undefined) refuse('a folder is compared with one version', 'give a ref')
  if (repair !== undefined) refuse('a folder is compared, or stored bytes are repaired', 'give --dir or --repair')
}

/** Damage to one version must not hide what is wrong with the others. */
async function verifyOne(version: Version, { dir, repair }: VerifyFlags, options: WorkOptions): Promise<Verified> {
  try {
    if (repair !== undefined) return await repairOne(version, repair, options)
    const verification = await version.verify(dir, options)
    return { version, repaired: [], error: verification.record, ...verification }
  } catch (error) {
    if (!isLadingError(error, 'CORRUPT') && !isLadingError(error, 'NOT_FOUND')) throw error
    // Of the folder itself it is no answer about one version: somebody named the wrong one.
    if (error.key === repair) throw error
    const nothing = { verified: 0, differences: [], unverifiable: [], record: null, repaired: [] }
    return { version, error: error.message, ok: false, ...nothing }
  }
}

async function repairOne(version: Version, folder: string, options: WorkOptions): Promise<Verified> {
  const { repaired, stillDamaged: differences, verified } = await version.repair(folder, options)
  const entries = await version.entries({ signal: options.signal })
  const unverifiable = entries.flatMap((entry) => ('ref' in entry ? [entry.path] : []))
  const found = { ok: differences.length === 0, verified, differences, unverifiable, record: null }
  return { version, repaired, error: null, ...found }
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

function resultJson({ version, ok, error, verified, differences, unverifiable, repaired }: Verified) {
  return { ref: version.ref, ok, error, verified, differences, unverifiable, repaired }
}

function formatResult(
  { version, ok, error, verified, differences, unverifiable, repaired }: Verified,
  { style }: Screen,
): readonly string[] {
  const facts = ok
    ? `${formatCount(verified, 'file')}, ${formatBytes(version.size)}`
    : (error ?? `${differences.length} of ${formatCount(verified, 'file')} differ`)
  const elsewhere = unverifiable.length === 0 ? '' : `, ${formatCount(unverifiable.length, 'reference')} not verifiable`
  const mark = ok ? style('green', '✓') : style('red', '✗')
  return [
    `${mark} ${style('bold', version.ref)}  ${style('dim', printable(facts + elsewhere))}`,
    ...repaired.map((path) => `  ${style('green', 'repaired')} ${printable(path)}`),
    ...differences.map(({ path, problem, detail }) => `  ${style('red', problem)} ${printable(`${path}: ${detail}`)}`),
  ]
}
