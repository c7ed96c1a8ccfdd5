import { once } from 'node:events'
import { Command } from 'commander'
import type { StoredFile } from '../../application/client/stored-file.ts'
import type { Version } from '../../application/client/version.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { Context, GlobalFlags } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { CANDIDATES_MAX, nearest, withMeant } from '../../domain/nearest.ts'
import { resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'

/** `lading cat`: the bytes of one file. */
export function createCatCommand(signal: AbortSignal): Command {
  const command = new Command('cat')
    .summary('print one file of a version')
    .description(
      'Prints the bytes of one file on stdout, without a download. They are checked on the way: the last of them come\n' +
        'only after the digest was found right. A terminal gets text only; pipes and files get anything.',
    )
    .argument('<ref>', 'the version')
    .argument('<path>', 'path of the file inside the version')
    .action((ref: string, path: string, _flags: object, command: Command) =>
      runCommand(command, signal, (context) => cat(context, { ref, path, flags: command.optsWithGlobals() })),
    )
  return withExitNotes(command, {
    [EXIT.corrupt]: 'the stored bytes are damaged; what was printed is not the whole file',
  })
}

async function cat(
  context: Context,
  { ref, path, flags }: { readonly ref: string; readonly path: string; readonly flags: GlobalFlags },
): Promise<Report> {
  if (flags.json) {
    const next = `\`lading files ${ref} --json\` tells of it`
    throw new LadingError('INVALID', { key: '--json', detail: 'what cat prints are the bytes of a file', next })
  }
  const version = await resolveRef(context, ref)
  const file = await findFile(context, version, path)
  await print(file, context)
  return { json: null, lines: () => [] }
}

async function findFile({ signal }: Context, version: Version, path: string): Promise<StoredFile> {
  try {
    return await version.file(path, { signal })
  } catch (error) {
    if (!isLadingError(error, 'NOT_FOUND')) throw error
    const paths = (await version.entries({ signal })).slice(0, CANDIDATES_MAX).map((entry) => entry.path)
    const next = withMeant(nearest(path, paths), `list its files with \`lading files ${version.ref}\``)
    throw new LadingError('NOT_FOUND', { key: `${version.ref}/${path}`, detail: error.detail, next, cause: error })
  }
}

async function print(file: StoredFile, { signal }: Context): Promise<void> {
  const { stdout } = process
  const assertShowable = stdout.isTTY ? createTextCheck(file.path) : () => {}
  for await (const chunk of file.stream({ signal })) {
    assertShowable(chunk)
    // Whoever reads has gone: `lading cat … | head` ends quietly.
    if (stdout.destroyed) return
    if (!stdout.write(chunk) && !(await drained(stdout, signal))) return
  }
}

/** Whether there is room again; false: nobody reads any more. */
async function drained(stdout: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean> {
  try {
    await once(stdout, 'drain', { signal })
    return true
  } catch (error) {
    if (signal.aborted) throw error
    return false
  }
}

/** What a terminal acts on, but for the ends of lines and tabs. */
const CONTROL = /[^\P{Cc}\t\n\r]/u

function createTextCheck(path: string): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return (chunk) => {
    if (!isText(decoder, chunk)) throw notText(path)
  }
}

function isText(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array): boolean {
  try {
    return !CONTROL.test(decoder.decode(chunk, { stream: true }))
  } catch {
    return false
  }
}

function notText(path: string): LadingError {
  const detail = 'it is not plain text, and a terminal would act on what is in it'
  return new LadingError('INVALID', { key: path, detail, next: 'send it to a file with > FILE, or through a pipe' })
}
