import type { LogCommand } from '../../src/domain/command.ts'
import { sha256 } from '../../src/domain/digest.ts'

/** A log of the content that a name stands for, by somebody who is alone. */
export function logOf(content: string, given: Partial<LogCommand> = {}): LogCommand {
  return {
    kind: 'log',
    opId: `log-${content}`,
    baseRev: 0,
    delivery: 'alone',
    at: '2026-01-01T00:00:00.000Z',
    run: null,
    digest: sha256(content),
    type: 'model',
    aliases: [],
    supersede: false,
    draft: null,
    derivedFrom: null,
    sizeBytes: 1,
    fileCount: 1,
    metadata: null,
    metadataDigest: null,
    description: null,
    ...given,
  }
}
