import type {
  Answer,
  Command,
  DeleteArtifactCommand,
  DeleteCommand,
  DescribeCommand,
  LogCommand,
  SetAliasCommand,
} from '../../domain/command.ts'
import { sha256 } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import type { ArtifactKey, RunRef } from '../../domain/version.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { ContractFailure } from '../check.ts'

/** The time at which commands are sent, where a case does not care. */
export const AT = '2026-01-02T03:04:05.678Z'

/** Members of a command that a case sets itself. */
export type CommandFields<C extends Command> = Partial<Omit<C, 'kind'>>

/** The manifest digest that stands for a content: a letter is enough of a name. */
export function contentOf(name: string): Digest {
  return sha256(`content ${name}`)
}

/** A run of a project, for commands and edges. */
export function runOf(project: string, id: string): RunRef {
  return { project, id, name: `run ${id}` }
}

/** A log of a content: of type `model`, without anything else. */
export function logCommand(content: string, given: CommandFields<LogCommand> = {}): LogCommand {
  return {
    kind: 'log',
    ...intent(),
    digest: contentOf(content),
    type: 'model',
    aliases: [],
    supersede: false,
    draft: null,
    derivedFrom: null,
    sizeBytes: 1_234,
    fileCount: 5,
    metadata: null,
    metadataDigest: null,
    description: null,
    ...given,
  }
}

/** A move of an alias; `n: null` removes it. */
export function setAliasCommand(
  alias: string,
  n: number | null,
  given: CommandFields<SetAliasCommand> = {},
): SetAliasCommand {
  return { kind: 'setAlias', ...intent(), alias, n, expect: undefined, ...given }
}

/** The deletion of a version, without its aliases where the case does not say otherwise. */
export function deleteCommand(n: number, given: CommandFields<DeleteCommand> = {}): DeleteCommand {
  return { kind: 'delete', ...intent(), n, withAliases: false, ...given }
}

/** The deletion of an artifact. */
export function deleteArtifactCommand(given: CommandFields<DeleteArtifactCommand> = {}): DeleteArtifactCommand {
  return { kind: 'deleteArtifact', ...intent(), ...given }
}

/** A new description. */
export function describeCommand(description: string, given: CommandFields<DescribeCommand> = {}): DescribeCommand {
  return { kind: 'describe', ...intent(), description, ...given }
}

/** What an answer says, without the record that some answers carry. */
export type CommandAnswer = Omit<Answer, 'record'>

/** One artifact through one handle. Each call is a command of its own, with one executor. */
export interface ArtifactHandle {
  readonly store: MetadataStore
  readonly key: ArtifactKey
  log(content: string, given?: CommandFields<LogCommand>): Promise<CommandAnswer>
  setAlias(alias: string, n: number | null, given?: CommandFields<SetAliasCommand>): Promise<CommandAnswer>
  delete(n: number, given?: CommandFields<DeleteCommand>): Promise<CommandAnswer>
  deleteAll(given?: CommandFields<DeleteArtifactCommand>): Promise<CommandAnswer>
  describe(description: string, given?: CommandFields<DescribeCommand>): Promise<CommandAnswer>
  send(command: Command): Promise<CommandAnswer>
}

/** An artifact through a handle. */
export function artifactIn(store: MetadataStore, key: ArtifactKey): ArtifactHandle {
  const send = async (command: Command): Promise<CommandAnswer> => told(await store.commit(key, command, {}), command)
  return {
    store,
    key,
    send,
    log: (content, given) => send(logCommand(content, given)),
    setAlias: (alias, n, given) => send(setAliasCommand(alias, n, given)),
    delete: (n, given) => send(deleteCommand(n, given)),
    deleteAll: (given) => send(deleteArtifactCommand(given)),
    describe: (description, given) => send(describeCommand(description, given)),
  }
}

/** A record may be answered or not; one that is must be that of the version. */
function told({ record, ...answer }: Answer, command: Command): CommandAnswer {
  const digest = command.kind === 'log' ? command.digest : null
  if (record === null || (record.n === answer.n && record.digest === digest)) return answer
  throw new ContractFailure(`the record of v${answer.n}, or none`, `that of v${record.n}, ${record.digest}`)
}

/** Who sends a command: unique, so that a case that is repeated is another intent. */
function intent(): Pick<Command, 'opId' | 'baseRev' | 'delivery' | 'at' | 'run'> {
  return { opId: crypto.randomUUID(), baseRev: 0, delivery: 'alone', at: AT, run: null }
}
