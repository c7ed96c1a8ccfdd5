import type { Command, LogCommand } from '../../src/domain/command.ts'
import type { Digest } from '../../src/domain/digest.ts'
import type { ArtifactKey, RunRef } from '../../src/domain/version.ts'
import { showDraftOperation } from './draft-operations.ts'
import type { DraftOperation } from './draft-operations.ts'

/** What a writer wants, or a reader asks. Contents are letters: `A` is one manifest, `B` another. */
export type Operation =
  | {
      readonly kind: 'log'
      readonly content: string
      readonly aliases?: readonly string[]
      readonly type?: string
      readonly supersede?: boolean
      readonly description?: string
      /** Whether the version was made from v0: it then has one more index document. */
      readonly derived?: boolean
    }
  | { readonly kind: 'setAlias'; readonly alias: string; readonly to: number | null; readonly expect?: number | null }
  | { readonly kind: 'delete'; readonly n: number; readonly withAliases?: boolean }
  | { readonly kind: 'deleteArtifact' }
  | { readonly kind: 'describe'; readonly description: string }
  | { readonly kind: 'moves' }
  | DraftOperation

/** One operation of one writer. Steps with one id are executors of one command. */
export interface Step {
  readonly id: string
  readonly operation: Operation
  readonly delivery: 'alone' | 'first' | 'resent'
  /** Whether head is read by `prepare` before. */
  readonly prepared?: boolean
}

/** What kind of store the protocol runs on. */
export type Flavour = 'native' | 'numbered' | 'batch'

/** A start state, what each process does from there, and how much may go wrong. */
export interface Scenario {
  readonly flavour: Flavour
  /** Carried out one after the other by a writer of its own, without faults. */
  readonly start: readonly Operation[]
  readonly writers: readonly (readonly Step[])[]
  /** RECENT_MAX and MOVES_MAX of the code. */
  readonly recent: number
  readonly moves: number
  readonly faults: number
  readonly crashes: number
  /** Whether the preparations of a first log are requests like any other, or settled in advance. */
  readonly everyRequest: boolean
  /** For one mutant: etags of head are those of a head without anything that grows. */
  readonly blindEtags?: true
}

/** The one artifact of a simulation. */
export const ARTIFACT: ArtifactKey = { project: 'p', artifact: 'x' }

/** The type of an artifact where a log names none. */
export const TYPE = 'model'

const AT = '2026-01-01T00:00:00.000Z'

/** The manifest digest of a content. */
export function digestOf(content: string): Digest {
  return content.charCodeAt(0).toString(16).padStart(2, '0').repeat(32) as Digest
}

/** The letter of a digest, for people. */
export function contentOf(digest: string): string {
  return String.fromCharCode(Number.parseInt(digest.slice(0, 2), 16))
}

/** The run that an operation is part of. */
export function runOf(opId: string): RunRef {
  return { project: ARTIFACT.project, id: `run-${opId}`, name: `run of ${opId}` }
}

/** The command of a step, for a client that saw head at `baseRev`; null for a read and for what is done to drafts. */
export function commandOf({ id, operation, delivery }: Step, baseRev: number): Command | null {
  const intent = { opId: id, baseRev, delivery, at: AT, run: runOf(id) }
  switch (operation.kind) {
    case 'log':
      return logCommand(operation, intent)
    case 'setAlias':
      return { ...intent, kind: 'setAlias', alias: operation.alias, n: operation.to, expect: operation.expect }
    case 'delete':
      return { ...intent, kind: 'delete', n: operation.n, withAliases: operation.withAliases ?? false }
    case 'deleteArtifact':
      return { ...intent, kind: 'deleteArtifact' }
    case 'describe':
      return { ...intent, kind: 'describe', description: operation.description }
    default:
      return null
  }
}

type Intent = Pick<LogCommand, 'opId' | 'baseRev' | 'delivery' | 'at' | 'run'>

function logCommand(operation: Extract<Operation, { kind: 'log' }>, intent: Intent): LogCommand {
  return {
    ...intent,
    kind: 'log',
    digest: digestOf(operation.content),
    type: operation.type ?? TYPE,
    aliases: operation.aliases ?? [],
    supersede: operation.supersede ?? false,
    draft: null,
    derivedFrom: operation.derived ? { ...ARTIFACT, n: 0 } : null,
    sizeBytes: 1,
    fileCount: 1,
    metadata: null,
    metadataDigest: null,
    description: operation.description ?? null,
  }
}

/** An operation in one line: `log A +a`, `setAlias a→1 if 0`. */
export function showOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'log': {
      const { content, aliases = [], type, supersede, description } = operation
      const words = [supersede ? 'supersede' : 'log', content, ...aliases.map((alias) => `+${alias}`)]
      return [...words, ...(type ? [`as ${type}`] : []), ...(description ? [`“${description}”`] : [])].join(' ')
    }
    case 'setAlias': {
      const target = operation.to === null ? `remove ${operation.alias}` : `${operation.alias}→${operation.to}`
      return `setAlias ${target}${operation.expect === undefined ? '' : ` if ${operation.expect ?? 'none'}`}`
    }
    case 'delete':
      return `delete ${operation.n}${operation.withAliases ? ' with aliases' : ''}`
    case 'deleteArtifact':
      return 'deleteArtifact'
    case 'describe':
      return `describe “${operation.description}”`
    case 'moves':
      return 'read the alias history'
    default:
      return showDraftOperation(operation)
  }
}

/** A scenario in one line. */
export function showScenario({ flavour, start, writers, recent, moves, faults, crashes }: Scenario): string {
  const shown = writers.map((steps) =>
    steps.map(({ operation, id, delivery }) => `${showOperation(operation)} #${id} ${delivery}`).join('; '),
  )
  const limits = `windows ${recent}/${moves}, ${faults} faults, ${crashes} crashes`
  return `${flavour}, ${limits}, from [${start.map(showOperation).join(', ')}]: ${shown.join(' || ')}`
}
