import { dirname, join, sep } from 'node:path'
import type { Dirent } from 'node:fs'
import { createStates, setState } from './file-states.ts'
import type { SyncFileSystem } from './sync-file-system.ts'

/** Folders to list, with all that lies below them. */
export interface ListFoldersInput {
  /** Absolute, without links. */
  readonly root: string
  /** Relative to the root, `/`-separated; empty for the root itself. */
  readonly folders: readonly string[]
  /** Absolute paths of files and folders that are left out. */
  readonly without: readonly string[]
  /** Entries after which no further folder is begun. */
  readonly entriesMax: number
}

/** What was found. All paths are relative to the root. */
export interface ListFoldersOutput {
  /** Regular files, with a NUL between two: one long string moves to another thread for less than many. */
  readonly files: string
  /** Of each file, and behind them perhaps of none. */
  readonly states: BigInt64Array
  /** Links, special files, and what could not be looked at. */
  readonly others: readonly OtherEntry[]
  /** Folders that were not begun. */
  readonly rest: readonly string[]
  /** Folders that were not listed: they could not be read, or have names that are not UTF-8, or look so. */
  readonly unlisted: readonly string[]
}

/** An entry that is no regular file and no folder, or that could not be looked at. */
export interface OtherEntry {
  /** Relative to the root. */
  readonly folder: string
  readonly name: string
}

/** How Node writes bytes of a name that are not UTF-8. It is also a character that a name may have. */
export const REPLACEMENT = '\uFFFD'

/** Files that there is room for at first. */
const STATES_AT_FIRST = 1_024

/** Lists folders and looks at each file in them; a folder that was begun is listed to its end. */
export function listFolders(fs: SyncFileSystem, { entriesMax, ...input }: ListFoldersInput): ListFoldersOutput {
  const lister = new FolderLister(fs, input)
  lister.run(() => lister.entryCount >= entriesMax && !lister.isWithin)
  const { files, ...found } = lister.drain()
  return { ...found, files: files.join('\0'), rest: lister.rest() }
}

/** What was found since the last time. */
export interface Listed extends Omit<ListFoldersOutput, 'files' | 'rest'> {
  readonly files: readonly string[]
}

interface OpenFolder {
  readonly folder: string
  readonly path: string
  readonly entries: readonly Dirent[]
  next: number
}

/** Lists folders with all that lies below them, entry by entry: it may be stopped after each, and goes on there. */
export class FolderLister {
  readonly #fs: SyncFileSystem
  readonly #root: string
  readonly #waiting: string[]
  readonly #without: ReadonlySet<string>
  /** Folders that hold something that is left out. */
  readonly #holders: ReadonlySet<string>
  readonly #folderBytesMax: number
  readonly #large: string[] = []
  #open: OpenFolder | null = null
  #entryCount = 0
  #files: string[] = []
  #others: OtherEntry[] = []
  #unlisted: string[] = []
  #states = createStates(STATES_AT_FIRST)
  #room = STATES_AT_FIRST

  /** Folders that are larger than `folderBytesMax` are put aside: listing one of a million entries takes a second. */
  constructor(
    fs: SyncFileSystem,
    { root, folders, without }: Omit<ListFoldersInput, 'entriesMax'>,
    folderBytesMax = Number.POSITIVE_INFINITY,
  ) {
    this.#folderBytesMax = folderBytesMax
    this.#fs = fs
    this.#root = root
    this.#waiting = [...folders]
    this.#without = new Set(without)
    this.#holders = new Set(without.map((path) => dirname(path)))
  }

  /** Entries that were begun, folders included. */
  get entryCount(): number {
    return this.#entryCount
  }

  /** Whether it stopped within a folder. */
  get isWithin(): boolean {
    return this.#open !== null
  }

  /** Whether nothing is left. */
  get isDone(): boolean {
    return !this.isWithin && this.#waiting.length === 0
  }

  /** Goes on until nothing is left, or `isOver` says so: it is asked before each folder and after each entry. */
  run(isOver: () => boolean): void {
    while (!this.isDone && !isOver()) {
      this.#open ??= this.#openNext()
      if (this.#open && this.#takeAll(this.#open, isOver)) this.#open = null
    }
  }

  /** Hands over what was found, and holds it no longer. */
  drain(): Listed {
    const listed = { files: this.#files, states: this.#states, others: this.#others, unlisted: this.#unlisted }
    this.#files = []
    this.#others = []
    this.#unlisted = []
    this.#states = createStates(STATES_AT_FIRST)
    this.#room = STATES_AT_FIRST
    return listed
  }

  /** The folders that were put aside, which it then leaves to others. */
  large(): readonly string[] {
    return this.#large.splice(0)
  }

  /** The folders that were not begun, which it then leaves to others. */
  rest(): readonly string[] {
    return this.#waiting.splice(0)
  }

  /** Answers whether it came to the end. */
  #takeAll(open: OpenFolder, isOver: () => boolean): boolean {
    const { folder, path, entries } = open
    const holds = this.#holders.has(path)
    while (open.next < entries.length) {
      const entry = entries[open.next++]!
      if (!holds || !this.#without.has(join(path, entry.name))) this.#take(folder, path, entry)
      if (isOver()) break
    }
    return open.next === entries.length
  }

  #openNext(): OpenFolder | null {
    const folder = this.#waiting.pop()!
    const path = join(this.#root, folder)
    if (this.#isLarge(path)) {
      this.#large.push(folder)
      return null
    }
    const entries = this.#list(path)
    this.#entryCount += (entries?.length ?? 0) + 1
    if (entries !== null) return { folder, path, entries, next: 0 }
    this.#unlisted.push(folder)
    return null
  }

  /** What cannot be looked at cannot be listed either. */
  #isLarge(path: string): boolean {
    if (this.#folderBytesMax === Number.POSITIVE_INFINITY) return false
    try {
      return this.#fs.lstatSync(path).size > this.#folderBytesMax
    } catch {
      return false
    }
  }

  #list(path: string): readonly Dirent[] | null {
    try {
      const entries = this.#fs.readdirSync(path, { withFileTypes: true })
      return entries.some(({ name }) => name.includes(REPLACEMENT)) ? null : entries
    } catch {
      return null
    }
  }

  #take(folder: string, path: string, entry: Dirent): void {
    const { name } = entry
    if (entry.isFile() && this.#look(path, name)) this.#files.push(joined(folder, name))
    else if (entry.isDirectory()) this.#waiting.push(joined(folder, name))
    else this.#others.push({ folder, name })
  }

  /** Notes the state of a file; false when it is none, or none any more. */
  #look(path: string, name: string): boolean {
    const index = this.#files.length
    try {
      const found = this.#fs.lstatSync(`${path}${path.endsWith(sep) ? '' : sep}${name}`, { bigint: true })
      if (!found.isFile()) return false
      if (index === this.#room) this.#grow()
      setState(this.#states, index, found)
      return true
    } catch {
      return false
    }
  }

  #grow(): void {
    this.#room *= 2
    const states = createStates(this.#room)
    states.set(this.#states)
    this.#states = states
  }
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
