import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { cleanEnvironment, createWorkspace, finished } from './workspace.ts'

/** Tells on stderr what is loaded. */
const TELLS = `import { registerHooks } from 'node:module'
  registerHooks({ load: (url, context, next) => (process.stderr.write('LOADS ' + url + '\\n'), next(url, context)) })`

const ROOT = new URL('../../', import.meta.url)

/** Packages that any command needs: the command line itself, and the cache folder. */
const PACKAGES = ['commander', 'env-paths', 'is-safe-filename']

/** Packages and built-in modules that most commands never need. */
const HEAVY = ['inversify', 'node:sqlite', 'node:http', 'node:https', 'node:net', 'node:vm', '@bomb.sh/tab', 'hono']

/** The packages that a command loads, and its own modules below src. */
async function loadedBy(args: readonly string[], folder: string) {
  const main = fileURLToPath(new URL('src/cli/main.ts', ROOT))
  const flag = `--import=data:text/javascript,${encodeURIComponent(TELLS)}`
  const child = spawn(process.execPath, [flag, main, ...args], {
    cwd: folder,
    env: cleanEnvironment({ LADING_CACHE: '' }),
  })
  const { code, stderr } = await finished(child)
  expect([code, stderr.replaceAll(/^LOADS .*\n/gm, '')]).toEqual([0, ''])
  const urls = [...stderr.matchAll(/^LOADS (.*)$/gm)].map(([, url]) => url!.replace(ROOT.href, ''))
  const packageOf = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//
  const packages = new Set(urls.flatMap((url) => packageOf.exec(url)?.[1] ?? []))
  return {
    packages: [...packages].sort(),
    builtIn: [...new Set(urls.filter((url) => url.startsWith('node:')))].sort(),
    own: urls.filter((url) => url.startsWith('src/')).sort(),
  }
}

describe('start-up loads no more than it needs', () => {
  it('for --version', async () => {
    await using workspace = await createWorkspace()

    const { packages, own } = await loadedBy(['--version'], workspace.folder)

    expect(packages).toEqual(PACKAGES)
    expect(own).toEqual([
      'src/cli/commands/index.ts',
      'src/cli/errors.ts',
      'src/cli/exit-codes.ts',
      'src/cli/help.ts',
      'src/cli/interrupt.ts',
      'src/cli/lost-readers.ts',
      'src/cli/main.ts',
      'src/cli/node-version.ts',
      'src/cli/program.ts',
      'src/cli/secrets.ts',
      'src/cli/terminal.ts',
      'src/composition/cache-folder.ts',
      'src/domain/errors.ts',
      'src/domain/nearest.ts',
    ])
  })

  it('for --help: the commands, and nothing that they work with', async () => {
    await using workspace = await createWorkspace()

    const { packages, own, builtIn } = await loadedBy(['--help'], workspace.folder)

    expect(packages).toEqual(PACKAGES)
    expect(own.filter((path) => !/^src\/(?:cli|domain)\//.test(path))).toEqual(['src/composition/cache-folder.ts'])
    expect([...packages, ...builtIn].filter((name) => HEAVY.includes(name))).toEqual([])
  })

  it('for ls of a store in a folder: one command, and no adapter but that', async () => {
    await using workspace = await createWorkspace()
    await workspace.write('file', 'content')
    await workspace.json(['log', 'file', '--name', 'model'])

    const { packages, own, builtIn } = await loadedBy(['ls'], workspace.folder)

    expect(packages).toEqual([...PACKAGES, 'p-map', 'picomatch', 'uuidv7', 'valibot'].sort())
    expect(own.filter((path) => /^src\/cli\/(?:commands|completion)\//.test(path))).toEqual([
      'src/cli/commands/index.ts',
      'src/cli/commands/ls.ts',
    ])
    const folders = new Set(
      own.map((path) =>
        path
          .split('/')
          .slice(1, path.includes('/adapters/') ? 3 : 2)
          .join('/'),
      ),
    )
    expect([...folders].sort()).toEqual([
      'adapters/fs',
      'adapters/references',
      'adapters/system',
      'application',
      'cli',
      'composition',
      'domain',
      'ports',
      'protocol',
    ])
    expect([...packages, ...builtIn].filter((name) => HEAVY.includes(name))).toEqual([])
  })
})
