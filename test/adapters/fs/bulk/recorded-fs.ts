import * as nodeFs from 'node:fs'
import type { SyncFileSystem } from '../../../../src/adapters/fs/bulk/sync-file-system.ts'
import { errno } from '../user-files-kit.ts'

/** `node:fs`, whose blocking calls are written down. `onCall` is asked before each, and may throw in its place. */
export function recorded(onCall: (name: string) => void = () => undefined): {
  readonly fs: SyncFileSystem
  readonly calls: string[]
} {
  const calls: string[] = []
  const fs = new Proxy(nodeFs, {
    get(target, property: keyof typeof nodeFs) {
      const found = target[property]
      if (typeof found !== 'function' || !property.endsWith('Sync')) return found
      return (...args: never[]) => {
        const name = property.slice(0, -'Sync'.length)
        calls.push(name)
        onCall(name)
        return (found as (...args: never[]) => unknown)(...args)
      }
    },
  })
  return { fs, calls }
}

/** `node:fs` with some of its functions replaced. */
export function syncFsWith(replaced: Partial<SyncFileSystem>): SyncFileSystem {
  return { ...nodeFs, ...replaced }
}

/** `node:fs` on a disk that gives a few bytes at a time, and takes still less. */
export function stingyFs(bytesMax: number): SyncFileSystem {
  // Of all three the length is the fourth argument.
  const stingy = (name: 'readSync' | 'writeSync' | 'write', most: number) => {
    const generous = nodeFs[name] as (...args: unknown[]) => unknown
    return (...args: unknown[]) => generous(...args.with(3, Math.min(Number(args[3]), most)))
  }
  const less = Math.ceil(bytesMax / 3)
  const few = {
    readSync: stingy('readSync', bytesMax),
    writeSync: stingy('writeSync', less),
    write: stingy('write', less),
  }
  return syncFsWith(few as unknown as Partial<SyncFileSystem>)
}

/** `node:fs` on a disk that is full when a chunk is written by another thread: the first one, the second … */
export function fsWithoutChunk(chunk: number): SyncFileSystem {
  let calls = 0
  const write = (...args: unknown[]): unknown => {
    if (++calls !== chunk) return (nodeFs.write as (...args: unknown[]) => unknown)(...args)
    return setImmediate(() => (args.at(-1) as (error: Error) => void)(errno('ENOSPC')))
  }
  return syncFsWith({ write } as unknown as Partial<SyncFileSystem>)
}
