import { dirname, join } from 'node:path'
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
const REPLACEMENT = '\uFFFD'

/** Files that there is room for at first. */
const STATES_AT_FIRST = 1_024

/** Lists folders and looks at each file in them; a folder that was begun is listed to its end. */
export function listFolders(fs: SyncFileSystem, input: ListFoldersInput): ListFoldersOutput {
  const lister = new Lister(fs, input)
  while (lister.hasRoom()) lister.takeNext()
  return lister.output()
}

class Lister {
  readonly #fs: SyncFileSystem
  readonly #root: string
  readonly #entriesMax: number
  readonly #waiting: string[]
  readonly #without: ReadonlySet<string>
  /** Folders that hold something that is left out. */
  readonly #holders: ReadonlySet<string>
  readonly #files: string[] = []
  readonly #others: OtherEntry[] = []
  readonly #unlisted: string[] = []
  #states = createStates(STATES_AT_FIRST)
  #room = STATES_AT_FIRST
  #entryCount = 0

  constructor(fs: SyncFileSystem, { root, folders, without, entriesMax }: ListFoldersInput) {
    this.#fs = fs
    this.#root = root
    this.#entriesMax = entriesMax
    this.#waiting = [...folders]
    this.#without = new Set(without)
    this.#holders = new Set(without.map((path) => dirname(path)))
  }

  hasRoom(): boolean {
    return this.#waiting.length > 0 && this.#entryCount < this.#entriesMax
  }

  takeNext(): void {
    const folder = this.#waiting.pop()!
    const path = join(this.#root, folder)
    const entries = this.#list(path)
    if (entries === null) {
      this.#unlisted.push(folder)
      return
    }
    this.#entryCount += entries.length + 1
    const holds = this.#holders.has(path)
    for (const entry of entries) {
      if (holds && this.#without.has(join(path, entry.name))) continue
      this.#take(folder, path, entry)
    }
  }

  output(): ListFoldersOutput {
    return {
      files: this.#files.join('\0'),
      states: this.#states,
      others: this.#others,
      rest: this.#waiting,
      unlisted: this.#unlisted,
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
      const found = this.#fs.lstatSync(join(path, name), { bigint: true })
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
