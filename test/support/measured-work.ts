import { readFileSync } from 'node:fs'
import { Artifact, openStore } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'

/** One piece of work, done by a process of its own so that its memory can be measured. */
export type MeasuredTask = { readonly store: string } & (
  | { readonly kind: 'log'; readonly path: string }
  | { readonly kind: 'download'; readonly root: string }
  | { readonly kind: 'verify' }
  /** Logs so many references and one file, `last.txt`. */
  | { readonly kind: 'logReferences'; readonly count: number }
  /** Resolves the version, reads `last.txt`, logs a patch of it. */
  | { readonly kind: 'patch' }
)

/** What the process reports when it is done. */
export interface Measured {
  readonly peakBytes: number
  readonly bytes: number
  readonly files: number
}

if (import.meta.main) {
  const task = JSON.parse(process.argv[2] ?? '') as MeasuredTask
  await using lading = await openStore(task.store, { project: 'demo' })
  const done = await carryOut(lading, task)
  process.stdout.write(JSON.stringify({ ...done, peakBytes: peakBytes() } satisfies Measured))
}

async function carryOut(lading: Lading, task: MeasuredTask): Promise<Omit<Measured, 'peakBytes'>> {
  switch (task.kind) {
    case 'log': {
      const { sizeBytes, fileCount } = await lading.save(new Artifact('big').add(task.path))
      return { bytes: sizeBytes, files: fileCount }
    }
    case 'download': {
      const { bytes, written } = await (await lading.getArtifact('big')).download({ root: task.root })
      return { bytes, files: written.length }
    }
    case 'verify': {
      const version = await lading.getArtifact('big')
      const { ok, verified } = await version.verify()
      if (!ok) throw new Error('the store is damaged')
      return { bytes: version.size, files: verified }
    }
    case 'logReferences':
      return logReferences(lading, task.count)
    case 'patch':
      return logPatch(lading)
  }
}

async function logReferences(lading: Lading, count: number): Promise<Omit<Measured, 'peakBytes'>> {
  const artifact = new Artifact('big').addFile(new TextEncoder().encode('the last one'), 'last.txt')
  for (let index = 0; index < count; index++) {
    const path = `shard-${index % 1_000}/sample-${index}.tar.gz`
    artifact.addReference(`s3://data/${path}`, path, { sha256: digestLike(index), size: 1_000 + index })
  }
  const { sizeBytes, fileCount } = await lading.save(artifact)
  return { bytes: sizeBytes, files: fileCount }
}

async function logPatch(lading: Lading): Promise<Omit<Measured, 'peakBytes'>> {
  const version = await lading.getArtifact('big')
  const text = await (await version.file('last.txt')).text()
  const draft = (await version.newDraft()).addFile(new TextEncoder().encode('a patch'), 'patch.txt')
  const { fileCount } = await lading.save(draft)
  return { bytes: text.length, files: fileCount }
}

function digestLike(index: number): string {
  return index.toString(16).padStart(8, '0').repeat(8)
}

/**
 * The most memory that this process ever had. What the system tells of a process as `maxRSS` begins with what its
 * parent had when it was forked, so that where there is a better number, that is taken.
 */
function peakBytes(): number {
  return (kibibytesInStatus() ?? process.resourceUsage().maxRSS) * 1024
}

function kibibytesInStatus(): number | null {
  if (process.platform !== 'linux') return null
  const found = /^VmHWM:\s*(?<count>\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(found?.groups?.['count'])
}
