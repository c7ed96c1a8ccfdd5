import type { Run } from '../application/client/run.ts'
import type { Context } from './context.ts'

/** Which run a command works for, and in which project. */
export interface RunFlags {
  readonly run?: string | undefined
  readonly group?: string | undefined
  readonly project?: string | undefined
}

/**
 * Does something for a run: for the one that is named, which is started or resumed and stays open for other commands, or
 * for a new one, which is finished afterwards.
 */
export async function inRun<T>(
  { lading, signal }: Context,
  { run: id, ...flags }: RunFlags,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const given = Object.entries({ id, ...flags }).filter(([, value]) => value !== undefined)
  const run = await lading.init({ signal, ...Object.fromEntries(given) })
  if (id !== undefined) return await work(run)
  try {
    return await work(run)
  } finally {
    await run.finish()
  }
}
