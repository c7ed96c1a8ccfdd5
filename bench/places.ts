import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killPrograms } from './processes.ts'
import { formatBytes } from './sizes.ts'
import type { Sizes } from './sizes.ts'

/** Kinds of file systems, by the numbers that Linux has for them. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x01021994: 'tmpfs',
  0xef53: 'ext4',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x794c7630: 'overlay',
  0x6969: 'nfs',
}
const MEMORY = '/dev/shm'
const PREFIX = 'lading-bench-'

/** Where work is measured: an empty folder on one file system. */
export interface Place {
  readonly kind: 'memory' | 'disk'
  /** `tmpfs`, `ext4`. */
  readonly fileSystem: string
  readonly folder: string
}

const made = new Set<string>()

/** Which kinds of places are wanted, and where the disk is. */
export interface PlaceOptions {
  readonly kinds: readonly Place['kind'][]
  readonly disk: string | undefined
  /** Whether other tools work there too: one of them keeps a second copy of all that it stores. */
  readonly withRivals: boolean
}

/** Makes a folder in memory, if the system has such a disk, and one on the disk. They go with this process. */
export function makePlaces({ kinds, disk = tmpdir(), withRivals }: PlaceOptions, sizes: Sizes): readonly Place[] {
  const roots = [
    ...(kinds.includes('memory') && fileSystemOf(MEMORY) === 'tmpfs' ? [MEMORY] : []),
    ...(kinds.includes('disk') ? [disk] : []),
  ]
  return roots.map((root) => makePlace(root, neededBytes(sizes, withRivals)))
}

/** Removes everything that was made and ends what is running: also when this process is told to end. */
export function cleanUpAtExit(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      cleanUp()
      process.exit(130)
    })
  }
  process.once('exit', cleanUp)
}

/** A folder that goes with this process, as all places do. */
export function removeAtExit(folder: string): void {
  made.add(folder)
}

/** Removes everything that was made, and ends what is running there. */
export function cleanUp(): void {
  killPrograms()
  for (const folder of made) {
    // A program that was just killed may still have made a file.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    made.delete(folder)
  }
}

/** An empty folder below a place: what was there before is gone. */
export function emptyFolder(place: Place, name: string): string {
  const folder = join(place.folder, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  return folder
}

/** How many bytes all works together need at most at one moment. */
function neededBytes({ largeFile, versions }: Sizes, withRivals: boolean): number {
  const versionBytes = Math.max(...versions) * 32 * 1024
  const copies = withRivals ? 5 : 3
  return Math.max(copies * 1.25 * largeFile.count * largeFile.sizeBytes, versionBytes)
}

function makePlace(root: string, needed: number): Place {
  sweepLeftovers(root)
  const free = freeBytes(root)
  process.stderr.write(`bench: ${root} needs up to ${formatBytes(needed)}, ${formatBytes(free)} are free\n`)
  if (free < needed) throw new Error(`too little space in ${root}: free some, give --disk FOLDER, or take --quick`)
  const folder = realpathSync(mkdtempSync(join(root, `${PREFIX}${process.pid}-`)))
  made.add(folder)
  const fileSystem = fileSystemOf(root)
  return { kind: fileSystem === 'tmpfs' ? 'memory' : 'disk', fileSystem, folder }
}

/** A bench that was killed could not remove what it had made. */
function sweepLeftovers(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = /^lading-bench-(?<pid>\d+)-/.exec(name)?.groups?.['pid']
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(root, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A disk in memory says that it has more than there is memory. */
function freeBytes(root: string): number {
  const { bavail, bsize } = statfsSync(root)
  const free = bavail * bsize
  return fileSystemOf(root) === 'tmpfs' ? Math.min(free, availableMemory() - 2 * 1024 ** 3) : free
}

function availableMemory(): number {
  const kibibytes = /^MemAvailable:\s*(?<count>\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.groups?.['count']
  return Number(kibibytes) * 1024
}

function fileSystemOf(folder: string): string {
  try {
    return FILE_SYSTEMS[statfsSync(folder).type] ?? 'another file system'
  } catch {
    return 'none'
  }
}
