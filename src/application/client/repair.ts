import type { Digest } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { isFileEntry } from '../../domain/manifest.ts'
import type { FileEntry, Manifest } from '../../domain/manifest.ts'
import type { VersionKey } from '../../domain/version.ts'
import type { ClientPorts } from './client-ports.ts'
import { findGoodFiles } from './good-files.ts'
import { nameFileErrors } from './name-file-errors.ts'
import type { WorkOptions } from './progress.ts'
import { checkEntries, storedCheck } from './verify.ts'
import type { Difference } from './verify.ts'

/** What a repair did. */
export interface RepairResult {
  /** Paths whose stored bytes were damaged or missing, and are right now. */
  readonly repaired: readonly string[]
  /** What is damaged or missing still, because the folder has no such bytes. */
  readonly stillDamaged: readonly Difference[]
  /** Files whose stored content was compared with their digest. */
  readonly verified: number
}

/** A version whose stored bytes are to be repaired. */
interface Repair {
  readonly key: VersionKey
  readonly manifest: Manifest
  readonly digest: Digest
}

/** An entry that is not as it should be. */
interface Damage {
  readonly entry: FileEntry
  readonly found: Difference
}

/**
 * Reads all stored bytes of a version and replaces those that are damaged or missing by good ones from a folder: those of
 * the file at the same path, else those of any file below the folder. Nothing is taken that has not the right SHA-256.
 *
 * Sound blobs are not touched, and no file of the folder is changed. What was replaced is read once more. May be
 * repeated after a stop. A damaged manifest cannot be made anew from a folder: that is `CORRUPT`, before anything is done.
 */
export async function repairVersion(
  ports: Pick<ClientPorts, 'transport' | 'files'>,
  version: Repair,
  { folder, onProgress, signal }: WorkOptions & { readonly folder: string },
): Promise<RepairResult> {
  const { transport, files } = ports
  await assertFolder(ports, folder)
  const entries = version.manifest.entries.filter(isFileEntry)
  const verified = entries.length
  const damaged = await findDamage(ports, { version, entries }, { onProgress, signal })
  if (damaged.length === 0) return { repaired: [], stillDamaged: [], verified }

  const wanted = damaged.map(({ entry }) => entry)
  const { found, stopped } = await findGoodFiles(files, { folder, wanted, signal })
  const items = [...found.values()]
  if (items.length > 0) await nameFileErrors(wanted, () => transport.repair(version.key, items, { signal }))
  const left = await findDamage(ports, { version, entries: wanted }, { signal })
  const isLeft = new Set(left.map(({ entry }) => entry.path))
  return {
    repaired: wanted.flatMap(({ path }) => (isLeft.has(path) ? [] : [path])),
    stillDamaged: left.map(({ found: difference }) => explained(difference, stopped)),
    verified,
  }
}

async function assertFolder({ files }: Pick<ClientPorts, 'files'>, folder: string): Promise<void> {
  if ((await files.kind(folder)) === 'folder') return
  const next = 'give the folder that has good copies of the files'
  throw new LadingError('INVALID', { key: folder, detail: 'it is no folder', next })
}

async function findDamage(
  { transport }: Pick<ClientPorts, 'transport'>,
  { version, entries }: { version: Repair; entries: readonly FileEntry[] },
  { onProgress, signal }: WorkOptions,
): Promise<readonly Damage[]> {
  const check = await storedCheck(transport, { project: version.key.project, digest: version.digest }, { signal })
  const differences = await checkEntries(entries, check, onProgress)
  return differences.flatMap((found, index) => (found === null ? [] : [{ entry: entries[index]!, found }]))
}

function explained(difference: Difference, stopped: string | null): Difference {
  const why = stopped === null ? 'the folder has no file with these bytes' : `the folder was not searched: ${stopped}`
  return { ...difference, detail: `${difference.detail}; ${why}` }
}
