import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { ChildRun, ChildTask } from '../../../src/contract/index.ts'

/** Runs a task in another process of this Node: `<script> <root> <task as JSON>`. */
export function spawnTask(script: string, root: string, task: ChildTask): ChildRun {
  const child = spawn(process.execPath, [script, root, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  // Not 'close': that waits for output which nobody reads any more after a kill.
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  exit.catch(() => undefined)

  return {
    lines: () => createInterface({ input: child.stdout }),
    async kill() {
      child.kill('SIGKILL')
      await exit
    },
    async ended() {
      const code = await exit
      if (code !== 0) throw new Error(`the process ended with ${code}: ${errors.join('')}`)
    },
  }
}
