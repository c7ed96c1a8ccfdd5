/**
 * The few file system calls that the driver makes, as `node:fs` names them under `promises`.
 * Failures are errors with an errno name as `code`.
 */
export interface FileSystem {
  open(path: string, flags: 'r' | 'wx' | number, mode?: number): Promise<FileHandle>
  link(from: string, to: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  utimes(path: string, atimeSeconds: number, mtimeSeconds: number): Promise<void>
  mkdir(path: string): Promise<unknown>
  stat(path: string, options: { readonly bigint: true }): Promise<FileStatus>
  readdir(path: string, options: { readonly withFileTypes: true }): Promise<readonly FolderEntry[]>
  opendir(path: string): Promise<AsyncIterable<FolderEntry>>
}

/** What the option `fs` takes: `node:fs`, or something with the same functions, as memfs is. */
export interface NodeFileSystem {
  /** Loosely typed, because the declared types of memfs are looser than what it does. */
  readonly promises: { readonly [Name in keyof FileSystem]: (...args: never[]) => Promise<unknown> }
}

/** An open file or folder. */
export interface FileHandle {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>
  stat(options: { readonly bigint: true }): Promise<FileStatus>
  chmod(mode: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** What the driver looks at in a status. */
export interface FileStatus {
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  isFile(): boolean
  isDirectory(): boolean
}

/** One name in a folder. */
export interface FolderEntry {
  readonly name: string
  isFile(): boolean
  isDirectory(): boolean
}
