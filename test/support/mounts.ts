import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import * as nodeFs from 'node:fs'
import type { NodeFileSystem } from '../../src/adapters/fs/index.ts'
import { errno, watchedFs } from './faulty-fs.ts'

/** A place for a store, and the file system to reach it with. */
export interface Place {
  readonly root: string
  readonly fs: NodeFileSystem
}

const SMALL_DISK_BYTES = 4 * 1024 * 1024

/**
 * A disk of 4 MiB at `<folder>/small`: one of its own where this process may mount one, else a file system that says
 * that the disk is full. Gone when the test is over.
 */
export function smallDisk(folder: string): Place {
  const root = join(folder, 'small')
  mkdirSync(root)
  if (mount(root, ['-t', 'tmpfs', '-o', `size=${SMALL_DISK_BYTES}`, 'tmpfs', root])) return { root, fs: nodeFs }
  let bytesLeft = SMALL_DISK_BYTES
  const fs = watchedFs(({ name, bytes }) => {
    if (name !== 'handle.write') return
    if (bytes > bytesLeft) throw errno('ENOSPC')
    bytesLeft -= bytes
  })
  return { root, fs }
}

/**
 * A folder as one that can only be read: a mount of its own where this process may make one (the mode of a folder does
 * not bind root), else a file system that says so. Gone when the test is over.
 */
export function readOnlyView(folder: string, target: string): Place {
  mkdirSync(target)
  if (mount(target, ['--bind', folder, target])) {
    if (run('mount', ['-o', 'remount,ro,bind', target])) return { root: target, fs: nodeFs }
  }
  const fs = watchedFs(({ changes, name }) => {
    if (changes && name !== 'handle.sync') throw errno('EROFS')
  })
  return { root: folder, fs }
}

function mount(target: string, args: readonly string[]): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !run('mount', args)) return false
  // Lazily: a handle that a failed test left open must not keep it.
  onTestFinished(() => void run('umount', ['-l', target]))
  return true
}

function run(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    // May not, or cannot, here: the caller has another way.
    return false
  }
}
