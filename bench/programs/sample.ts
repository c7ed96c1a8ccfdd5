import { readFileSync } from 'node:fs'
import { readCounters } from './counters.ts'

/** What one run of a program took. Null: this system, or this run, does not count it. */
export interface Sample {
  /** From the first line of the work to its last, without the start of the process. */
  readonly ms: number
  /** Of all threads. A busy machine changes it less than the time. */
  readonly cpuMs: number | null
  /** What the system says that was read and written, by all threads; also what the program's own modules took. */
  readonly bytesRead: number | null
  readonly bytesWritten: number | null
  /** The most memory that the process ever had. */
  readonly peakBytes: number | null
  readonly fsyncs: number | null
  /** Opens of the user's files. */
  readonly opens: number | null
  /** Calls of the driver. */
  readonly requests: number | null
  /** What came out, so that a program that did nothing does not look fast. */
  readonly facts: Readonly<Record<string, number>>
  /** Milliseconds of single steps, where a program measures many. */
  readonly steps: Readonly<Record<string, readonly number[]>>
}

/** A sample of which only the time is known. */
export function timedOnly(ms: number): Sample {
  const unknown = { cpuMs: null, bytesRead: null, bytesWritten: null, peakBytes: null }
  return { ms, ...unknown, fsyncs: null, opens: null, requests: null, facts: {}, steps: {} }
}

/** What the program itself knows of its work. */
export type Told = Partial<Pick<Sample, 'requests' | 'facts' | 'steps'>>

/** Does the work of this process and prints its sample: one line of JSON. */
export async function sampled(work: () => Told | Promise<Told>): Promise<void> {
  const before = processBytes()
  const cpu = process.cpuUsage()
  const start = performance.now()
  const told = await work()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  const after = processBytes()
  const counted = readCounters()
  const sample: Sample = {
    ...timedOnly(ms),
    cpuMs: (user + system) / 1_000,
    bytesRead: before && after && after.read - before.read,
    bytesWritten: before && after && after.written - before.written,
    peakBytes: peakBytes(),
    fsyncs: counted && counted.fsyncs,
    opens: counted && counted.opens,
    ...told,
  }
  process.stdout.write(`${JSON.stringify(sample)}\n`)
}

/** The task of this process: its first argument, as JSON. */
export function taskOf<T>(): T {
  return JSON.parse(process.argv[2] ?? '') as T
}

/**
 * The most memory that this process ever had. What the system tells of a process as `maxRSS` begins with what its
 * parent had when it was forked, so that where there is a better number, that is taken.
 */
function peakBytes(): number {
  const ofStatus = numberIn('/proc/self/status', /^VmHWM:\s*(?<count>\d+) kB$/m)
  return (ofStatus ?? process.resourceUsage().maxRSS) * 1024
}

function processBytes(): { readonly read: number; readonly written: number } | null {
  const read = numberIn('/proc/self/io', /^rchar: (?<count>\d+)$/m)
  const written = numberIn('/proc/self/io', /^wchar: (?<count>\d+)$/m)
  return read === null || written === null ? null : { read, written }
}

function numberIn(file: string, pattern: RegExp): number | null {
  if (process.platform !== 'linux') return null
  const count = pattern.exec(readFileSync(file, 'utf8'))?.groups?.['count']
  return count === undefined ? null : Number(count)
}
