import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/run.ts'
import { spawnScript } from '../support/child-process.ts'
import type { LoadTask } from '../support/loaded-modules.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>
}

/** Each subpath, and the source file behind it. */
const SUBPATHS = new Map(
  Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [[subpath, target.default.replace('./dist/', 'src/').replace(/js$/, 'ts')] as const],
  ),
)

describe('inversify', () => {
  it('is loaded by lading/inversify', async () => {
    expect((await loadedBy([SUBPATHS.get('./inversify')!])).some(isInversify)).toBe(true)
  })

  it('is loaded by no other subpath, and neither is an engine before a store of its kind is opened', async () => {
    const others = [...SUBPATHS].filter(([subpath]) => subpath !== './inversify').map(([, file]) => file)
    const loaded = await loadedBy(others)

    expect(others.length).toBeGreaterThanOrEqual(6)
    expect(loaded.filter((url) => isInversify(url) || url === 'node:sqlite')).toEqual([])
  })

  it('is not loaded by the CLI, and neither are the adapters of other stores', async () => {
    const store = join(temporaryFolder(), 'store')
    const loaded = await loadedBy(['src/cli/main.ts'], ['ls', '--store', store, '--project', 'demo'])

    expect(loaded.some((url) => url.includes('/src/composition/fs-adapter.ts'))).toBe(true)
    expect(loaded.filter((url) => isInversify(url) || OTHER_STORES.test(url))).toEqual([])
  })
})

it("import 'lading' loads the adapters of no URL but a folder", async () => {
  expect((await loadedBy([SUBPATHS.get('.')!])).filter((url) => OTHER_STORES.test(url))).toEqual([])
})

const OTHER_STORES = /\/adapters\/(sqlite|memory)\/|\/src\/sql\//

function isInversify(url: string): boolean {
  return /\/node_modules\/(@inversifyjs|inversify|reflect-metadata)\//.test(url)
}

async function loadedBy(files: readonly string[], args: readonly string[] = []): Promise<readonly string[]> {
  const entries = files.map((file) => pathToFileURL(join(ROOT, file)).href)
  const task: LoadTask = { entries, args }
  const { lines, errors } = await spawnScript('loaded-modules', task).ended
  const last = lines.at(-1)
  if (!last?.startsWith('[')) throw new Error(`it did not end as it should: ${errors}`)
  return JSON.parse(last) as readonly string[]
}
