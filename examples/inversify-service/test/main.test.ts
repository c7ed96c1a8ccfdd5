import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'

it('the service ends by itself, and well, when it is told to', async (test) => {
  const cwd = await mkdtemp(join(tmpdir(), 'release-service-'))
  const env = { ...process.env, PORT: '0' }
  const child = spawn(process.execPath, [fileURLToPath(new URL('../src/main.js', import.meta.url))], { cwd, env })
  test.after(async () => {
    child.kill('SIGKILL')
    await rm(cwd, { recursive: true })
  })
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  const [, url] = /listening on (\S+)/.exec(text.toString()) ?? []
  const response = await fetch(`${url}/releases/resnet`)
  await response.text()

  const exited = once(child, 'exit')
  child.kill('SIGTERM')

  assert.equal(response.status, 200)
  assert.deepEqual(await exited, [0, null])
})
