import { Command } from 'commander'
import type { WorkOptions } from '../../application/client/progress.ts'
import type { Verification } from '../../application/client/verify.ts'
import type { Version } from '../../application/client/version.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { formatBytes, formatCount } from '../formats.ts'
import { findArtifact, hasSelector, resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { printable, wrap, wrapHanging } from '../terminal.ts'
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
  const command = new Command('verify')
    .summary('compare stored bytes, or a folder, with what was logged')
    .description(
      'Reads every stored byte again and compares it with its digest: of one version, of all versions of an artifact,\n' +
        'or of the whole project. With --dir it compares a folder with one version instead; other files in it do not\n' +
        'matter. With --repair it replaces stored bytes that are damaged or missing by those of the file at the same\n' +
        'path in a folder, else of any file in it, if they have the right SHA-256; nothing else is changed. A damaged\n' +
        'manifest cannot be repaired so.',
    )
    .argument('[ref]', 'an artifact or a version (default: all artifacts of the project)')
    .option('--dir <folder>', 'compare this folder; a name alone means its latest version')
    .option('--repair <folder>', 'replace damaged and missing bytes by good ones of this folder')
    .action((ref: string | undefined, flags: VerifyFlags, command: Command) =>
      runCommand(command, signal, (context) => verify(context, ref, flags)),
    )
  return withExitNotes(command, {
    [EXIT.ok]: 'nothing differs',
    [EXIT.failure]: 'the folder differs from the version',
    [EXIT.corrupt]: 'stored bytes are damaged, or still are after --repair',
  })
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
    lines: (screen) => [
      ...results.flatMap((result) => formatResult(result, screen)),
      ...remedyOf(results, flags, screen.columns).map((line) => screen.style('dim', line)),
    ],
    exitCode: ok ? EXIT.ok : failure,
  }
}

/** What puts right what was found, if anything does. A damaged manifest has no differences. */
function remedyOf(results: readonly Verified[], { dir, repair }: VerifyFlags, columns: number): readonly string[] {
  const damaged = results.find(({ differences }) => differences.length > 0)
  if (damaged === undefined) return []
  if (dir !== undefined) return [`put right by: lading get ${damaged.version.ref} --root ${printable(dir)}`]
  const text =
    repair === undefined
      ? 'put right by: lading verify --repair FOLDER, or by logging the good files again'
      : `no file in ${printable(repair)} has the bytes that are missing; try another folder`
  return wrap(text, columns)
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
    for await (const { name } of lading.artifacts({ signal })) yield* lading.artifact(name).versions({ signal })
  }
}

function resultJson({ version, ok, error, verified, differences, unverifiable, repaired }: Verified) {
  return { ref: version.ref, ok, error, verified, differences, unverifiable, repaired }
}

function formatResult(
  { version, ok, error, verified, differences, unverifiable, repaired }: Verified,
  { style, columns }: Screen,
): readonly string[] {
  const facts = ok
    ? `${formatCount(verified, 'file')}, ${formatBytes(version.size)}`
    : (error ?? `${differences.length} of ${formatCount(verified, 'file')} differ`)
  const elsewhere = unverifiable.length === 0 ? '' : `, ${formatCount(unverifiable.length, 'reference')} not verifiable`
  const mark = ok ? style('green', '✓') : style('red', '✗')
  return [
    `${mark} ${style('bold', version.ref)}  ${style('dim', printable(facts + elsewhere))}`,
    ...repaired.map((path) => `  ${style('green', 'repaired')} ${printable(path)}`),
    ...differences.flatMap(({ path, problem, detail }) => {
      const [line = '', ...others] = wrapHanging(printable(`${problem} ${path}: ${detail}`), columns - INDENT.length)
      return [style('red', problem) + line.slice(problem.length), ...others].map((each) => INDENT + each)
    }),
  ]
}

const INDENT = '  '
