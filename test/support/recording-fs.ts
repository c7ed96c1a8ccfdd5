import { basename, dirname, join } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import type { FileHandle, FileSystem, NodeFileSystem } from '../../src/adapters/fs/client.ts'

/** A disk in memory, with everything that was done to it: what a power loss would leave can be asked for any moment. */
export interface RecordingFs {
  /** What the store under test works on. */
  readonly fs: NodeFileSystem
  /** How often each call was answered, since the beginning. */
  readonly counts: Readonly<Counts>
  /** Changes so far; a moment, for `crash`. */
  readonly operations: number
  /**
   * The disk after a power loss, as a file system of its own. The worst that POSIX allows: of a file, what its last
   * fsync covered; of a folder, the names that its last fsync covered. An fsync covers what was done before it *began*,
   * once it was answered.
   */
  crash(options?: CrashOptions): NodeFileSystem
}

export interface CrashOptions {
  /** How many operations were done. Default: all. */
  readonly after?: number
  /**
   * Whether a change to a folder that was not synced survives nevertheless: a disk may write early, in any order.
   * Default: none does. The content of a file is never more than what was synced.
   */
  readonly survives?: (path: string) => boolean
}

export interface Counts {
  fileSyncs: number
  folderSyncs: number
  open: number
  write: number
  link: number
  rename: number
  unlink: number
  mkdir: number
  stat: number
  readdir: number
}

type Operation =
  | { readonly kind: 'create'; readonly path: string; readonly file: number }
  | { readonly kind: 'write'; readonly file: number; readonly bytes: Uint8Array }
  | { readonly kind: 'mkdir' | 'unlink'; readonly path: string }
  | { readonly kind: 'link' | 'rename'; readonly from: string; readonly path: string }
  | { readonly kind: 'beginFileSync'; readonly sync: number; readonly file: number }
  | { readonly kind: 'beginFolderSync'; readonly sync: number; readonly path: string }
  | { readonly kind: 'endSync'; readonly sync: number }

interface FileNode {
  readonly kind: 'file'
  content: Uint8Array
  durable: Uint8Array
}

interface FolderNode {
  readonly kind: 'folder'
  /** In the order in which they were made; null takes a name away. */
  readonly changes: { readonly name: string; readonly node: TreeNode | null }[]
  /** How many of the changes are durable. */
  durable: number
}

type TreeNode = FileNode | FolderNode

/** An empty disk with a recorder in front. Two recorders never share a disk. */
export function createRecordingFs(): RecordingFs {
  const recorder = new Recorder()
  return {
    fs: { promises: recorder.wrap() },
    counts: recorder.counts,
    get operations() {
      return recorder.operations.length
    },
    crash: ({ after = recorder.operations.length, survives = () => false } = {}) =>
      survivorOf(replay(recorder.operations.slice(0, after)), survives),
  }
}

class Recorder {
  readonly operations: Operation[] = []
  readonly counts: Counts = {
    fileSyncs: 0,
    folderSyncs: 0,
    open: 0,
    write: 0,
    link: 0,
    rename: 0,
    unlink: 0,
    mkdir: 0,
    stat: 0,
    readdir: 0,
  }
  // The declared types of memfs are looser than what it does.
  readonly #disk = createFsFromVolume(new Volume()).promises as unknown as FileSystem
  #ids = 0

  wrap(): FileSystem {
    const disk = this.#disk
    return {
      open: (path, flags, mode) => this.#open(path, flags, mode),
      link: (from, path) => this.#record('link', disk.link(from, path), { kind: 'link', from, path }),
      rename: (from, path) => this.#record('rename', disk.rename(from, path), { kind: 'rename', from, path }),
      utimes: (path, atime, mtime) => disk.utimes(path, atime, mtime),
      unlink: (path) => this.#record('unlink', disk.unlink(path), { kind: 'unlink', path }),
      mkdir: (path) => this.#record('mkdir', disk.mkdir(path), { kind: 'mkdir', path }),
      stat: (path, options) => this.#record('stat', disk.stat(path, options)),
      readdir: (path, options) => this.#record('readdir', disk.readdir(path, options)),
      opendir: (path) => this.#record('readdir', disk.opendir(path)),
    }
  }

  async #open(path: string, flags: 'r' | 'wx' | number, mode?: number): Promise<FileHandle> {
    const handle = await this.#record('open', this.#disk.open(path, flags, mode))
    if (flags !== 'wx') return this.#handle(handle, { kind: 'beginFolderSync', sync: 0, path })
    const file = this.#ids++
    this.operations.push({ kind: 'create', path, file })
    return this.#handle(handle, { kind: 'beginFileSync', sync: 0, file })
  }

  #handle(inner: FileHandle, begin: Extract<Operation, { kind: 'beginFileSync' | 'beginFolderSync' }>): FileHandle {
    return {
      read: (into, offset, length, position) => inner.read(into, offset, length, position),
      stat: (options) => this.#record('stat', inner.stat(options)),
      chmod: (mode) => inner.chmod(mode),
      close: () => inner.close(),
      write: (bytes, offset, length) => {
        if (begin.kind === 'beginFolderSync') throw new Error('written to a file that was opened for reading')
        const copy = bytes.slice(offset, offset + length)
        return this.#record('write', inner.write(copy, 0, length), { kind: 'write', file: begin.file, bytes: copy })
      },
      sync: () => {
        const sync = this.#ids++
        this.operations.push({ ...begin, sync })
        const name = begin.kind === 'beginFileSync' ? 'fileSyncs' : 'folderSyncs'
        return this.#record(name, inner.sync(), { kind: 'endSync', sync })
      },
    }
  }

  async #record<T>(name: keyof Counts, call: Promise<T>, operation?: Operation): Promise<T> {
    const answer = await call
    this.counts[name]++
    if (operation) this.operations.push(operation)
    return answer
  }
}

/** What the operations made of an empty disk, and which part of it is durable. */
function replay(operations: readonly Operation[]): FolderNode {
  const root: FolderNode = newFolder()
  const files = new Map<number, FileNode>()
  const syncs = new Map<number, () => void>()
  for (const operation of operations) apply(operation, { root, files, syncs })
  return root
}

interface Replay {
  readonly root: FolderNode
  readonly files: Map<number, FileNode>
  /** What each sync under way makes durable when it is answered. */
  readonly syncs: Map<number, () => void>
}

function apply(operation: Operation, { root, files, syncs }: Replay): void {
  switch (operation.kind) {
    case 'create': {
      const file: FileNode = { kind: 'file', content: new Uint8Array(), durable: new Uint8Array() }
      files.set(operation.file, file)
      return change(root, operation.path, file)
    }
    case 'write': {
      const file = files.get(operation.file)!
      file.content = Buffer.concat([file.content, operation.bytes])
      return
    }
    case 'mkdir':
      return change(root, operation.path, newFolder())
    case 'link':
      return change(root, operation.path, find(root, operation.from))
    case 'rename': {
      change(root, operation.path, find(root, operation.from))
      return change(root, operation.from, null)
    }
    case 'unlink':
      return change(root, operation.path, null)
    case 'beginFileSync': {
      const file = files.get(operation.file)!
      const { content } = file
      // Files only grow here: of two syncs at once, the one that covers more wins.
      syncs.set(operation.sync, () => (file.durable = content.length > file.durable.length ? content : file.durable))
      return
    }
    case 'beginFolderSync': {
      const folder = find(root, operation.path)
      if (folder?.kind !== 'folder') return
      const count = folder.changes.length
      syncs.set(operation.sync, () => (folder.durable = Math.max(folder.durable, count)))
      return
    }
    case 'endSync':
      return syncs.get(operation.sync)?.()
  }
}

function newFolder(): FolderNode {
  return { kind: 'folder', changes: [], durable: 0 }
}

function change(root: FolderNode, path: string, node: TreeNode | null): void {
  const folder = find(root, dirname(path))
  if (folder?.kind !== 'folder') throw new Error(`the record has no folder for ${path}`)
  folder.changes.push({ name: basename(path), node })
}

function find(root: FolderNode, path: string): TreeNode | null {
  const names = path.split('/').filter(Boolean)
  return names.reduce<TreeNode | null>((node, name) => (node?.kind === 'folder' ? childOf(node, name) : null), root)
}

function childOf(folder: FolderNode, name: string): TreeNode | null {
  return folder.changes.findLast((change) => change.name === name)?.node ?? null
}

function survivorOf(root: FolderNode, survives: (path: string) => boolean): NodeFileSystem {
  const disk = createFsFromVolume(new Volume())
  const build = (folder: FolderNode, path: string): void => {
    for (const [name, node] of survivingNames(folder, path, survives)) {
      const target = join(path, name)
      if (node.kind === 'file') disk.writeFileSync(target, node.durable)
      else {
        disk.mkdirSync(target)
        build(node, target)
      }
    }
  }
  build(root, '/')
  return disk
}

function survivingNames(
  folder: FolderNode,
  path: string,
  survives: (path: string) => boolean,
): ReadonlyMap<string, TreeNode> {
  const names = new Map<string, TreeNode>()
  folder.changes.forEach(({ name, node }, index) => {
    if (index >= folder.durable && !survives(join(path, name))) return
    if (node) names.set(name, node)
    else names.delete(name)
  })
  return names
}
