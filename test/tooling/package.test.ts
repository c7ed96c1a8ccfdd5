import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/run.ts'

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly resolved?: string }>>
}

const manifest = readJson<Manifest>('package.json')
const lock = readJson<Lock>('package-lock.json')

describe('package', () => {
  it('pins every dependency exactly', () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  })

  it('runs its scripts on Node 24', () => {
    expect(process.version).toBe(`v${manifest.devDependencies['node']}`)
  })

  it('names no registry in its lock file, so that every mirror serves', () => {
    const packages = Object.entries(lock.packages)
    expect(packages.filter(([, each]) => each.resolved !== undefined).map(([path]) => path)).toEqual([])
  })

  it('locks a version of everything, the binaries of other platforms too', () => {
    const packages = Object.entries(lock.packages)
    expect(packages.filter(([, each]) => each.version === undefined).map(([path]) => path)).toEqual([])
  })

  it('has a source file behind every subpath', () => {
    const targets = Object.values(manifest.exports).flatMap((each) => (typeof each === 'string' ? [] : [each.default]))
    const sources = targets.map((file) => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))
    expect(sources.filter((file) => !existsSync(`${ROOT}${file}`))).toEqual([])
  })
})

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(`${ROOT}${file}`, 'utf8')) as T
}
