import type { FileStatus } from './client.ts'

/** Changes whenever the content does: a file is never changed in place, and a new one has another number or time. */
export function etagOf({ ino, size, mtimeNs }: Pick<FileStatus, 'ino' | 'size' | 'mtimeNs'>): string {
  return `${ino}-${size}-${mtimeNs}`
}
