import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import { createWorkspace } from './workspace.ts'

it('get leaves references where they are, or fetches them and says what nobody could verify', async () => {
  await using workspace = await createWorkspace()
  await workspace.write('elsewhere', 'bytes')
  await using lading = await openStore(workspace.path('.lading'), { project: 'default' })
  const uri = pathToFileURL(workspace.path('elsewhere')).href
  await lading.save(new Artifact('model').addReference(uri, 'away'))

  expect(await workspace.json(['get', 'model'])).toMatchObject({ written: [], references: [{ path: 'away', uri }] })
  const fetched = await workspace.json(['get', 'model', '--references', 'fetch', '--root', 'out'])
  expect(fetched).toMatchObject({ written: ['away'], references: [], unverified: ['away'], bytes: 5 })
  expect(await readFile(workspace.path('out/away'), 'utf8')).toBe('bytes')
  const told = await workspace.lading(['get', 'model', '--references', 'fetch', '--root', 'out'])
  expect(told.stdout).toContain('1 reference not verified')
  expect(await workspace.lading(['get', 'model', '--references', 'all'])).toMatchObject({ code: 2 })
})
