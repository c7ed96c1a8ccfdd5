import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Artifact, openStore } from 'lading'
import { checkedObjectStore } from 'lading/ports'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createShelfObjectStore, shelf } from '../src/index.ts'
import { startShelfServer } from './shelf-server.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CLI = join(ROOT, 'node_modules/lading/dist/cli/main.js')
const BYTES = new TextEncoder().encode('hello')

describe('a store on a shelf', () => {
  it('keeps versions, which another handle reads', async () => {
    const url = await startShelf()
    const [ann, ben] = [await open(url), await open(url)]

    await ann.save(new Artifact('notes').addFile(BYTES, 'hello.txt'), { aliases: ['prod'] })

    const file = await (await ben.getArtifact('notes:prod')).file('hello.txt')
    expect(await file.text()).toBe('hello')
  })

  it('is found by the command line where a configuration lists the package', async () => {
    const store = await startShelf()
    const lading = await open(store)
    await lading.save(new Artifact('notes').addFile(BYTES, 'hello.txt'))
    const folder = await projectFolder({ store, project: 'demo', adapters: ['lading-adapter-shelf'] })

    const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'ls', '--json'], { cwd: folder })

    expect(stdout).toContain('"notes"')
  })

  it('refuses the wrong token', async () => {
    const url = await startShelf({ token: 'secret' })

    await expect(open(url, 'guess')).rejects.toMatchObject({ code: 'UNAUTHORIZED', adapter: 'shelf' })
  })

  it.each([
    ['a password', 'shelf://user:secret@localhost/models', 'it holds a user or a password'],
    ['a parameter', 'shelf://localhost/models?region=eu', 'unknown parameter region'],
    ['no bucket', 'shelf://localhost', 'it names no bucket'],
    ['a folder', 'shelf://localhost/models/old', 'it names no bucket'],
  ])('refuses a URL with %s', async (_, url, detail) => {
    await expect(open(url)).rejects.toMatchObject({ code: 'INVALID', detail })
  })
})

describe('a driver whose server fails', () => {
  it('knows that nothing was sent when there is no server', async () => {
    const server = await startShelfServer()
    await server.close()
    const driver = checkedObjectStore(createShelfObjectStore({ url: `${server.url}/models` }))

    await expect(driver.putIfAbsent('a', BYTES, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it.each([
    [500, 'UNKNOWN_OUTCOME', 'UNAVAILABLE'],
    [503, 'UNAVAILABLE', 'UNAVAILABLE'],
    [403, 'UNAUTHORIZED', 'UNAUTHORIZED'],
  ])('tells what %i says of a write and of a read', async (status, ofWrite, ofRead) => {
    const driver = checkedObjectStore(createShelfObjectStore({ url: await startServerThatAnswers(status) }))

    await expect(driver.putIfAbsent('a', BYTES, {})).rejects.toMatchObject({ code: ofWrite })
    await expect(driver.get('a', {})).rejects.toMatchObject({ code: ofRead })
  })

  it('does not know what became of a write whose answer is lost', async () => {
    const driver = checkedObjectStore(createShelfObjectStore({ url: await startServerThatAnswers(null) }))

    await expect(driver.putIfAbsent('a', BYTES, {})).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' })
  })
})

async function startShelf(options: { readonly token?: string } = {}): Promise<string> {
  const server = await startShelfServer(options)
  onTestFinished(() => server.close())
  return `${server.url.replace('http:', 'shelf:')}/models`
}

/** A project with a configuration, in which this package, as it was built, is installed. */
async function projectFolder(config: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shelf-project-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'node_modules'))
  await symlink(ROOT, join(folder, 'node_modules/lading-adapter-shelf'), 'junction')
  await writeFile(join(folder, 'package.json'), '{}')
  await writeFile(join(folder, 'lading.config.json'), JSON.stringify(config))
  return folder
}

async function open(url: string, token?: string) {
  const lading = await openStore(url, { project: 'demo', adapters: [shelf({ token })] })
  onTestFinished(() => lading.close())
  return lading
}

/** A server that answers everything with one status; with null, it ends the connection instead. */
async function startServerThatAnswers(status: number | null): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => (status === null ? response.destroy() : response.writeHead(status).end()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/models`
}
