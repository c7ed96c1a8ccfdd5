import { Command } from 'commander'
import type { CheckoutOptions, CheckoutResult } from '../../application/client/checkout.ts'
import type { Version } from '../../application/client/version.ts'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { formatCount } from '../formats.ts'
import { resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'
import { downloadJson, formatDownload } from './get.ts'
import { referencesOption, rehashOption } from './options.ts'

interface CheckoutFlags {
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly references?: Exclude<CheckoutOptions['references'], undefined>
  readonly rehash?: boolean
}

/** Removed paths that a terminal shows; `--json` has them all. */
const REMOVED_SHOWN_MAX = 20

/** `lading checkout`: makes a folder equal to a version. */
export function createCheckoutCommand(signal: AbortSignal): Command {
  const command = new Command('checkout')
    .summary('make a folder equal to a version; everything else in it is deleted')
    .description(
      'Downloads what is missing or modified in a folder, then deletes everything in it that the version has not.\n' +
        'On a terminal it asks before it deletes. `lading get` deletes nothing.\n' +
        'Refused: a whole disk, your home folder, the working folder and what holds it, a folder with a store in it.',
    )
    .argument('<ref>', 'the version')
    .argument('<folder>', 'the folder')
    .option('--dry-run', 'only tell what would be deleted')
    .option('-y, --yes', 'delete without asking')
    .addOption(referencesOption())
    .addOption(rehashOption())
    .action((ref: string, folder: string, flags: CheckoutFlags, command: Command) =>
      runCommand(command, signal, (context) => checkout(context, { ref, folder, flags })),
    )
  return withExitNotes(command, {
    [EXIT.usage]: 'the folder is refused, or something would be deleted without --yes and there is nobody to ask',
    [EXIT.interrupted]: 'the question was not answered with yes',
  })
}

async function checkout(
  context: Context,
  { ref, folder, flags }: { readonly ref: string; readonly folder: string; readonly flags: CheckoutFlags },
): Promise<Report> {
  const { signal, onProgress } = context
  const { dryRun = false, yes = false, rehash = false, references } = flags
  const version = await resolveRef(context, ref)
  if (dryRun) return dryRunReport(version, await version.foreignFiles(folder, { signal }))
  const removable = yes ? undefined : await askFirst(context, version, folder)
  const result = await version.checkout(folder, { references, rehash, removable, signal, onProgress })
  return {
    json: { ...downloadJson(version.ref, result), removed: result.removed },
    lines: (screen) => formatCheckout(version.ref, result, screen),
  }
}

/** Answers what may be deleted: nothing else that comes into the folder meanwhile. */
async function askFirst(context: Context, version: Version, folder: string): Promise<readonly string[]> {
  const foreign = await version.foreignFiles(folder, { signal: context.signal })
  if (foreign.length === 0) return foreign
  const question = `Delete ${formatCount(foreign.length, 'file')} in ${folder} that ${foreign.length === 1 ? 'is' : 'are'} not in ${version.ref}?`
  await confirm(context, { question, items: foreign })
  return foreign
}

function dryRunReport({ ref }: Version, foreign: readonly string[]): Report {
  return {
    json: { ref, wouldRemove: foreign },
    lines: ({ style }) =>
      foreign.length === 0
        ? [style('dim', 'nothing would be deleted')]
        : [...foreign.map(printable), style('dim', `${formatCount(foreign.length, 'file')} would be deleted`)],
  }
}

function formatCheckout(ref: string, result: CheckoutResult, screen: Screen): readonly string[] {
  const { removed } = result
  const more = removed.length - REMOVED_SHOWN_MAX
  return [
    ...formatDownload(ref, result, screen),
    ...removed.slice(0, REMOVED_SHOWN_MAX).map((path) => `  ${screen.style('red', 'deleted')} ${printable(path)}`),
    ...(more > 0 ? [`  ${screen.style('dim', `… and ${more} more, all with --json`)}`] : []),
  ]
}
