import type { KnownContent } from '../../domain/manifest.ts'
import type { FoundFiles } from '../../ports/files.ts'
import type { FolderStats } from '../../ports/stat-cache.ts'

/** A folder that is in all its files as it was when it was logged before. */
export interface UnchangedFolder {
  /** What it was logged as. */
  readonly content: KnownContent
  /** Hands over its files, for whoever needs them all the same. */
  readonly release: () => void
}

/** Holds what a walk finds while it is what is remembered, so that nothing has to be made of each of many thousand files. */
export class KnownFolder {
  readonly #stats: FolderStats
  readonly #put: (files: FoundFiles) => void
  readonly #held: FoundFiles[] = []
  #isKnown = true

  /** `put` gets the files that are not held, or no longer. */
  constructor(stats: FolderStats, put: (files: FoundFiles) => void) {
    this.#stats = stats
    this.#put = put
  }

  /** Takes the next files of the walk. */
  take(files: FoundFiles): void {
    if (this.#isKnown && this.#stats.goesOn(files)) {
      this.#held.push(files)
      return
    }
    this.#release()
    this.#put(files)
  }

  /** What the folder is known as, when the walk has ended; null if its files were handed over. */
  end(): UnchangedFolder | null {
    const content = this.#isKnown ? this.#stats.whole : null
    if (content !== null) return { content, release: () => this.#release() }
    this.#release()
    return null
  }

  #release(): void {
    this.#isKnown = false
    for (const files of this.#held.splice(0)) this.#put(files)
  }
}
