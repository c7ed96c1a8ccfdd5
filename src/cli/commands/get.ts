import { Command } from 'commander'
import type { DownloadResult } from '../../application/client/download.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { formatBytes, formatCount, formatPath } from '../formats.ts'
import { resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'
import { nothingMatches } from './files.ts'
import { referencesOption, rehashOption, repeatable } from './options.ts'

interface GetFlags {
  readonly root?: string
  readonly include?: readonly string[]
  readonly references?: 'skip' | 'fetch'
  readonly rehash?: boolean
}

/** `lading get`: downloads a version. */
export function createGetCommand(signal: AbortSignal): Command {
  const command = new Command('get')
    .summary('download a version, verified')
    .description(
      'Downloads a version into a folder. Every file appears whole and verified, or not at all; intact files are kept,\n' +
        'other files are left alone, after an interruption what is whole is kept.',
    )
    .argument('<ref>', 'the version')
    .option('--root <folder>', 'folder to download into (default: ./artifacts/<project>/<name>_v<N>)')
    .addOption(repeatable('--include <glob>', 'only these files'))
    .addOption(referencesOption())
    .addOption(rehashOption())
    .action((ref: string, flags: GetFlags, command: Command) =>
      runCommand(command, signal, (context) => get(context, ref, flags)),
    )
  return withExitNotes(command, { [EXIT.notFound]: 'no such version, or no file of it matches --include' })
}

async function get(context: Context, ref: string, flags: GetFlags): Promise<Report> {
  const version = await resolveRef(context, ref)
  const { signal, onProgress } = context
  const result = await version.download({ ...flags, signal, onProgress })
  const { written, kept, references } = result
  if (flags.include && written.length + kept.length + references.length === 0) {
    throw nothingMatches(version.ref, flags.include)
  }
  return { json: downloadJson(version.ref, result), lines: (screen) => formatDownload(version.ref, result, screen) }
}

/** What a download did, as `--json` prints it. */
export function downloadJson(ref: string, result: DownloadResult) {
  const { root, written, replaced, kept, references, unverified, bytes } = result
  const elsewhere = references.map((entry) => ({ path: entry.path, uri: entry.ref ?? null }))
  return { ref, root, written, replaced, kept, references: elsewhere, unverified, bytes }
}

/** Lines on what a download did. */
export function formatDownload(ref: string, result: DownloadResult, { style }: Screen): readonly string[] {
  const { root, written, replaced, kept, references, unverified, bytes } = result
  const isVerified = unverified.length === 0
  const verified = isVerified ? 'all verified' : `${formatCount(unverified.length, 'reference')} not verified`
  const apart = replaced.length === 0 ? '' : `, ${replaced.length} replaced`
  const placed = `${formatCount(written.length - replaced.length, 'file')} written${apart}`
  const facts = [
    `${placed} (${formatBytes(bytes)})`,
    `${kept.length} kept`,
    ...(references.length > 0 ? [`${formatCount(references.length, 'reference')} not fetched`] : []),
  ]
  return [
    `${style('green', '✓')} ${style('bold', ref)} → ${printable(formatPath(root))}`,
    `  ${style('dim', `${facts.join(', ')}; ${verified}`)}`,
  ]
}
