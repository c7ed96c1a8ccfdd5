import type { Command } from 'commander'

/** A command of the command line. Its module is loaded when it is run, or when all commands are listed. */
export interface CommandEntry {
  readonly name: string
  /** The heading that help lists it under; headings and commands come in the order of `COMMANDS`. */
  readonly group: CommandGroup
  /** Not listed by help. */
  readonly isHidden?: boolean
  /** Runs only with all the others beside it. */
  readonly needsAll?: boolean
  load(): Promise<CreateCommand>
}

/** Makes a command. The signal fires on Ctrl-C. */
export type CreateCommand = (signal: AbortSignal) => Command

/** The headings of help. */
export type CommandGroup = 'Log and use' | 'Look' | 'Change' | 'Shared drafts' | 'Set up'

/** Every command. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'log', group: 'Log and use', load: async () => (await import('./log.ts')).createLogCommand },
  { name: 'use', group: 'Log and use', load: async () => (await import('./use.ts')).createUseCommand },
  { name: 'get', group: 'Log and use', load: async () => (await import('./get.ts')).createGetCommand },
  { name: 'checkout', group: 'Log and use', load: async () => (await import('./checkout.ts')).createCheckoutCommand },
  { name: 'ls', group: 'Look', load: async () => (await import('./ls.ts')).createLsCommand },
  { name: 'show', group: 'Look', load: async () => (await import('./show.ts')).createShowCommand },
  { name: 'files', group: 'Look', load: async () => (await import('./files.ts')).createFilesCommand },
  { name: 'cat', group: 'Look', load: async () => (await import('./cat.ts')).createCatCommand },
  { name: 'diff', group: 'Look', load: async () => (await import('./diff.ts')).createDiffCommand },
  { name: 'lineage', group: 'Look', load: async () => (await import('./lineage.ts')).createLineageCommand },
  { name: 'runs', group: 'Look', load: async () => (await import('./runs.ts')).createRunsCommand },
  { name: 'projects', group: 'Look', load: async () => (await import('./projects.ts')).createProjectsCommand },
  { name: 'verify', group: 'Look', load: async () => (await import('./verify.ts')).createVerifyCommand },
  { name: 'alias', group: 'Change', load: async () => (await import('./alias.ts')).createAliasCommand },
  { name: 'update', group: 'Change', load: async () => (await import('./update.ts')).createUpdateCommand },
  { name: 'rm', group: 'Change', load: async () => (await import('./rm.ts')).createRmCommand },
  { name: 'upsert', group: 'Shared drafts', load: async () => (await import('./upsert.ts')).createUpsertCommand },
  { name: 'finish', group: 'Shared drafts', load: async () => (await import('./finish.ts')).createFinishCommand },
  { name: 'drafts', group: 'Shared drafts', load: async () => (await import('./drafts.ts')).createDraftsCommand },
  { name: 'abandon', group: 'Shared drafts', load: async () => (await import('./abandon.ts')).createAbandonCommand },
  { name: 'config', group: 'Set up', load: async () => (await import('./config.ts')).createConfigCommand },
  { name: 'doctor', group: 'Set up', load: async () => (await import('./doctor.ts')).createDoctorCommand },
  { name: 'completion', group: 'Set up', load: async () => (await import('./completion.ts')).createCompletionCommand },
  {
    name: 'complete',
    group: 'Set up',
    isHidden: true,
    needsAll: true,
    load: async () => (await import('./completion.ts')).createCompleteCommand,
  },
]
