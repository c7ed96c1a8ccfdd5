import { isAbsolute, relative, sep } from 'node:path'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes as people read them, in decimal units and with three digits: `7.21 MB`. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0]
  // 999.5 would be printed as 1000.
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1]
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

const STEPS: readonly (readonly [seconds: number, unit: string])[] = [
  [365 * 86_400, 'y'],
  [30 * 86_400, 'mo'],
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
]

/** How long ago a time (ISO 8601) is: `3m ago`. The future, which another clock may have written, is `just now`. */
export function formatAge(iso: string, nowMs: number = Date.now()): string {
  const seconds = (nowMs - Date.parse(iso)) / 1000
  const step = STEPS.find(([length]) => seconds >= length)
  return step ? `${Math.floor(seconds / step[0])}${step[1]} ago` : 'just now'
}

/** A time (ISO 8601 in UTC) for reading, to the second. */
export function formatTime(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')
}

/** The first digits of a digest: enough to compare two by eye. */
export function formatDigest(digest: string): string {
  return digest.slice(0, 12)
}

/** A path as it is typed in a folder: relative below it, else absolute. */
export function formatPath(path: string, folder: string = process.cwd()): string {
  const inside = relative(folder, path)
  return inside === '' ? '.' : inside.split(sep)[0] === '..' || isAbsolute(inside) ? path : inside
}

/** `1 file`, `2 files`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
