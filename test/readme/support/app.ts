import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packInto } from '../../../scripts/pack.ts'
import { ROOT, run } from '../../../scripts/run.ts'

/** A folder of somebody who uses lading: the package, vitest and inversify are installed there. */
export interface App {
  readonly folder: string
  /** Writes a file into the folder. */
  write(name: string, text: string): void
  /** A folder in it where a program finds the checkpoint, and nothing that another one left. */
  place(name: string): string
  /** Checks TypeScript files as a strict project would; answers what the compiler says, nothing when it is content. */
  typeErrors(files: readonly string[], resolution: Resolution): string
  remove(): void
}

/** How the compiler of a user finds packages. */
export type Resolution = keyof typeof RESOLUTIONS

const RESOLUTIONS = {
  nodenext: ['--module', 'nodenext'],
  bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'],
} as const

/** The least that the declarations need. They are checked as well: without `--skipLibCheck`. */
const STRICT =
  '--strict --allowImportingTsExtensions --noUncheckedIndexedAccess --exactOptionalPropertyTypes --resolveJsonModule --target es2022 --lib es2022,esnext.disposable --types node'

/** With the package as it is built in this checkout, which is linked: quick, and needs no registry. */
export function linkedApp(): App {
  return createApp((folder) => {
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
    symlinkSync(ROOT, join(folder, 'node_modules/lading'), 'junction')
    for (const name of OTHERS) {
      symlinkSync(`${ROOT}node_modules/${name}`, join(folder, 'node_modules', name), 'junction')
    }
  })
}

/** With the package as npm installs it from its tarball. */
export function installedApp(): App {
  return createApp((folder) => {
    const { finished, tarball } = packInto(folder)
    if (!finished.ok) throw new Error(`the package cannot be packed:\n${finished.output}`)
    const { devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>
    }
    const others = OTHERS.map((name) => `${name}@${devDependencies[name]}`)
    const installed = run('npm', ['install', tarball, ...others, ...NPM_FLAGS], folder)
    if (!installed.ok) throw new Error(`the tarball cannot be installed:\n${installed.output}`)
  })
}

const OTHERS = ['vitest', '@types/node', 'inversify'] as const

/** For `npm install`: takes what npm has already, and says nothing that is no error. */
export const NPM_FLAGS = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'] as const

function createApp(install: (folder: string) => void): App {
  const built = run('node', ['scripts/setup.mjs'])
  if (!built.ok) throw new Error(`the package cannot be built:\n${built.output}`)
  const folder = mkdtempSync(join(tmpdir(), 'lading-readme-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  const place = (name: string): string => {
    mkdirSync(join(folder, name, 'checkpoint'), { recursive: true })
    write(`${name}/checkpoint/config.json`, '{"layers": 18}')
    write(`${name}/checkpoint/weights.bin`, '\x00\x01\x02\x03'.repeat(1_000))
    return join(folder, name)
  }
  try {
    write('package.json', '{ "name": "app", "private": true, "type": "module" }\n')
    install(folder)
  } catch (error) {
    remove()
    throw error
  }
  return {
    folder,
    write,
    place,
    typeErrors: (files, resolution) =>
      run('tsc', ['--noEmit', ...STRICT.split(' '), ...RESOLUTIONS[resolution], ...files], folder).output,
    remove,
  }
}
