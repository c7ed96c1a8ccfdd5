import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { basename } from 'node:path'
import { formatBytes } from './sizes.ts'

/** What the numbers were measured on. Nothing that tells one machine of a kind from another. */
export interface Machine {
  readonly cores: number
  readonly processor: string
  readonly memory: string
  readonly system: string
  readonly node: string
  /** Processes that wanted to run while this began, as the system counts them; other work on the machine shows here. */
  readonly load: number | null
}

/** Describes this machine. */
export function describeMachine(): Machine {
  const load = readText('/proc/loadavg')?.split(' ')[0]
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory: formatBytes(totalmem()),
    system: `${type()} ${release()}`,
    node: process.version,
    load: load === undefined ? null : Number(load),
  }
}

/** `linux-x64-2cores`: for the names of results. */
export function machineKind({ cores }: Machine): string {
  return `${process.platform}-${process.arch}-${cores}core${cores === 1 ? '' : 's'}`
}

/** What a folder lies on: `virtual disk (virtio)`, `NVMe`, `rotating disk`, `disk`. */
export function diskKind(folder: string): string {
  const device = deviceOf(realpathSync(folder))
  if (device === null) return 'disk'
  if (device.startsWith('nvme')) return 'NVMe'
  if (device.startsWith('vd')) return 'virtual disk (virtio)'
  return readText(`/sys/block/${device}/queue/rotational`)?.trim() === '1' ? 'rotating disk' : 'solid-state disk'
}

/** The block device of the file system that a folder lies on. */
function deviceOf(folder: string): string | null {
  const mounts = (readText('/proc/self/mounts') ?? '').split('\n').map((line) => line.split(' '))
  const [device = ''] = mounts
    .filter(([, point]) => point !== undefined && `${folder}/`.startsWith(point.replace(/\/?$/, '/')))
    .toSorted(([, a], [, b]) => b!.length - a!.length)[0] ?? ['']
  if (!device.startsWith('/dev/')) return null
  const name = basename(device)
  return existsSync(`/sys/block/${name}`) ? name : name.replace(/p?\d+$/, '')
}

function readText(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}
