import { encodeDocument } from '../domain/canonical-json.ts'
import type { ArtifactKey } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import type { ProtocolContext } from './context.ts'
import type { FormatGate } from './format.ts'
import { putUntilThere } from './indexes.ts'
import { projectKey, typePrefix } from './keys.ts'

/** What must be there before a project's first run, and before an artifact's first head. */
export interface ProjectRecords {
  /** The mark of the format and the record of the project. One request each, the first time a process writes to it. */
  beforeFirstRun(project: string, options: CallOptions): Promise<void>
  /** The same, and the hint that lists artifacts by type: one request more. */
  beforeFirstHead(key: ArtifactKey, type: string, options: CallOptions): Promise<void>
}

/** The records of projects, each put once by this process. */
export function createProjectRecords(context: ProtocolContext, format: FormatGate): ProjectRecords {
  const known = new Set<string>()

  async function beforeFirstRun(project: string, options: CallOptions): Promise<void> {
    if (known.has(project)) return
    await format.establish(options)
    const record = { name: project, createdAt: context.clock.now() }
    await putUntilThere(context, projectKey(project), encodeDocument(record))
    known.add(project)
  }

  return {
    beforeFirstRun,
    async beforeFirstHead(key, type, options) {
      await beforeFirstRun(key.project, options)
      await putUntilThere(context, `${typePrefix(key.project, type)}${key.artifact}`, encodeDocument({ type }))
    },
  }
}
