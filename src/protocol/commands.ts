import { decide } from '../domain/decide.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { BatchExecution } from './batch-execution.ts'
import { confirmUnder, createCollectionReader } from './collection.ts'
import type { ProtocolContext } from './context.ts'
import type { ArtifactDocuments } from './documents.ts'
import { Execution } from './execution.ts'
import type { ExecutionHooks, ExecutionParts } from './execution-parts.ts'
import type { FormatGate } from './format.ts'
import type { Seen } from './indexed-documents.ts'
import type { Head } from '../domain/head.ts'
import type { ProjectRecords } from './project-records.ts'

/** Commands: what they start from, and how they are carried out. */
export function createCommands(
  context: ProtocolContext,
  documents: ArtifactDocuments,
  { format, records }: { format: FormatGate; records: ProjectRecords },
): Pick<MetadataStore, 'prepare' | 'commit'> {
  const readCollection = createCollectionReader(context)
  return {
    async prepare(key, options) {
      await format.establish(options)
      const [seen, collection] = await Promise.all([
        documents.readHead(key, options),
        readCollection(key.project, options),
      ])
      return { head: seen?.value ?? null, collection, seen }
    },

    async commit(key, command, { prepared, confirm, signal }) {
      await (command.kind === 'log' ? format.establish({ signal }) : format.check({ signal }))
      const steps = {
        read: () => readCollection(key.project, {}),
        confirm: confirm ?? (async () => undefined),
        clock: context.clock,
      }
      const collection = prepared && 'collection' in prepared ? prepared.collection : null
      const hooks: ExecutionHooks = {
        confirmBlobs: () => confirmUnder(steps, collection),
        async beforeFirstHead(call) {
          if (command.kind === 'log') await records.beforeFirstHead(key, command.type, call)
        },
      }
      const parts: ExecutionParts = { context, documents, hooks, key, command, rule: decide }
      if (context.objects.capabilities.batch) return new BatchExecution(parts).run({ signal })
      // `seen` is what `prepare` or `locate` of this very store answered.
      return new Execution(parts, prepared?.seen as Seen<Head> | null | undefined).run({ signal })
    },
  }
}
