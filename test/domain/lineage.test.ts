import { expect, test } from 'vitest'
import { LINEAGE_NODES_MAX, runNode, versionNode } from '../../src/domain/lineage.ts'

test('the node of a version is named by its project, its artifact and its number, and holds no more', () => {
  const version = { project: 'demo', artifact: 'model', n: 3 }
  const record = { ...version, digest: 'd' }

  expect(versionNode(record)).toEqual({ kind: 'version', id: 'demo/model:v3', version })
})

test('the node of a run is named by its project and its id, whatever people call it', () => {
  const run = { project: 'demo', id: '7f', name: 'night' }
  const machine = { ...run, host: 'h' }

  expect(runNode(machine)).toEqual({ kind: 'run', id: 'demo/run/7f', run })
  expect(runNode({ ...run, name: 'day' }).id).toBe('demo/run/7f')
})

test('the nodes of a version and of a run never have one id', () => {
  const artifact = versionNode({ project: 'demo', artifact: 'run', n: 1 })

  expect(artifact.id).not.toBe(runNode({ project: 'demo', id: 'v1', name: 'v1' }).id)
})

test('an answer about lineage holds at most 10,000 nodes', () => {
  expect(LINEAGE_NODES_MAX).toBe(10_000)
})
