import { Option } from 'commander'
import type { Command } from 'commander'

/** An option that may be given more than once; its values in order. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be repeated`).argParser(
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  )
}

/** What an artifact is made with, and which files of the folders it takes. */
export function withArtifactOptions(command: Command): Command {
  return command
    .option(
      '--type <type>',
      'type of the artifact, fixed by its first version (default: that of the artifact, or unspecified)',
    )
    .option('--metadata <json>', 'JSON, or @file to read it from')
    .option('--description <text>', 'description of the artifact')
    .addOption(repeatable('--include <glob>', 'only these files of the folders'))
    .addOption(repeatable('--exclude <glob>', 'not these files of the folders'))
    .addOption(rehashOption())
}

/** What all runs of one collaborative version agree on. */
export const DISTRIBUTED_ID = '--distributed-id <id>'

/** Whether files that look as they did when they were last read are read again. */
export function rehashOption(): Option {
  return new Option('--rehash', 'read every file again, also those that look unchanged')
}

/** What is to be done about references. */
export function referencesOption(): Option {
  return new Option('--references <what>', 'fetch the bytes of references, or skip them').choices(['fetch', 'skip'])
}
