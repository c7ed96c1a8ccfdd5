import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, run } from '../../../scripts/run.ts'

/** A folder of somebody who uses lading: the built package and vitest are installed there, beside a checkpoint. */
export interface App {
  readonly folder: string
  /** Writes a file into the folder. */
  write(name: string, text: string): void
  /** Checks TypeScript files as a strict project would; answers what the compiler says, nothing when it is content. */
  typeErrors(files: readonly string[]): string
  remove(): void
}

const STRICT =
  '--strict --allowImportingTsExtensions --noUncheckedIndexedAccess --exactOptionalPropertyTypes --module nodenext --target es2024 --lib es2024,esnext.disposable'

/** Builds the package if it is not built, and makes a folder that uses it. */
export function createApp(): App {
  const built = run('node', ['scripts/setup.mjs'])
  if (!built.ok) throw new Error(`the package cannot be built:\n${built.output}`)
  const folder = mkdtempSync(join(tmpdir(), 'lading-readme-'))
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write('package.json', '{ "name": "app", "private": true, "type": "module" }\n')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/lading'), 'junction')
  symlinkSync(`${ROOT}node_modules/vitest`, join(folder, 'node_modules/vitest'), 'junction')
  mkdirSync(join(folder, 'checkpoint'))
  write('checkpoint/config.json', '{"layers": 18}')
  write('checkpoint/weights.bin', '\x00\x01\x02\x03'.repeat(1_000))
  return {
    folder,
    write,
    typeErrors(files) {
      const types = ['--types', 'node', '--typeRoots', `${ROOT}node_modules/@types`]
      return run('tsc', ['--noEmit', ...STRICT.split(' '), ...types, ...files], folder).output
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
