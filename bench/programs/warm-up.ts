import { mkdirSync, rmSync } from 'node:fs'

/** Work of the same kind that a process does before it is timed: the engine has then compiled what it needs. */
export interface WarmUp<T> {
  readonly rounds: number
  /** Folders that are emptied before each round. */
  readonly empty: readonly string[]
  readonly task: T
}

/** A task, and what comes before it; null: the process does nothing before. */
export type Warmed<T> = T & { readonly warmUp: WarmUp<T> | null }

/** Warms the process up. */
export async function warmUp<T>(task: Warmed<T>, work: (task: T) => unknown): Promise<void> {
  for (let round = 0; round < (task.warmUp?.rounds ?? 0); round++) {
    for (const folder of task.warmUp!.empty) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
    }
    await work(task.warmUp!.task)
  }
}
