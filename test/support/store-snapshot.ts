import { isLadingError } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'

/** What an artifact looks like to whoever opens the store now. All of it can be compared with `toEqual`. */
export interface Snapshot {
  /** From v0 on, without holes. */
  readonly versions: readonly (VersionFacts | 'deleted')[]
  /** Alias → `v3`, `latest` included. */
  readonly aliases: Readonly<Record<string, string>>
}

interface VersionFacts {
  readonly digest: string
  /** Path → text. */
  readonly files: Readonly<Record<string, string>>
}

/** An artifact that was never logged. */
export const NO_SNAPSHOT: Snapshot = { versions: [], aliases: {} }

/** Reads everything of an artifact: every version's manifest and every file, each verified. Files must be text. */
export async function takeSnapshot(lading: Lading, artifact: string): Promise<Snapshot> {
  const versions: (VersionFacts | 'deleted')[] = []
  for await (const listed of lading.artifact(artifact).versions({ newestFirst: false })) {
    while (versions.length < listed.n) versions.push(await deletedVersion(lading, `${artifact}:v${versions.length}`))
    const version = await lading.getArtifact(listed.ref)
    const files: Record<string, string> = {}
    for (const { path } of await version.entries()) files[path] = await (await version.file(path)).text()
    versions.push({ digest: version.digest, files })
  }
  return { versions, aliases: await lading.artifact(artifact).aliases() }
}

async function deletedVersion(lading: Lading, ref: string): Promise<'deleted'> {
  try {
    await lading.getArtifact(ref)
  } catch (error) {
    if (isLadingError(error, 'NOT_FOUND') && /was (deleted|superseded)/.test(error.detail)) return 'deleted'
    throw new Error(`a hole in the numbers at ${ref}`, { cause: error })
  }
  throw new Error(`${ref} resolves and is not listed`)
}
