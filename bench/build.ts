import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { removeAtExit } from './places.ts'
import type { Build } from './programs/lading-module.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * Builds what is to be measured, as users get it, into a folder of its own that goes with this process. Errors of types do
 * not keep it from being measured.
 */
export function buildLading(): Build {
  const folder = `${ROOT}dist.bench-${process.pid}`
  removeAtExit(folder)
  const compiler = `${ROOT}node_modules/typescript/bin/tsc`
  const { stdout } = spawnSync(process.execPath, [compiler, '--outDir', folder, '--noEmitOnError', 'false'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (!existsSync(`${folder}/index.js`)) throw new Error(`lading cannot be built: ${stdout.slice(0, 2_000)}`)
  return { folder, extension: 'js' }
}
