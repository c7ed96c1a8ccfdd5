import { sep } from 'node:path'
import type { Digest } from '../../../domain/digest.ts'

/** Characters of a digest in hex. */
export const HEX = 64

/** One of many digests that stand behind each other: one string moves to another thread for less than many. */
export function digestAt(digests: string, index: number): Digest {
  return digests.slice(index * HEX, (index + 1) * HEX)
}

/** Where an object lies that is named by its digest: `<root>/<first two digits>/<SHA-256>`. */
export function pathOfDigest(root: string, digest: Digest): string {
  return `${root}${sep}${digest.slice(0, 2)}${sep}${digest}`
}
