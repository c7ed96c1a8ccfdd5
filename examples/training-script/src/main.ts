import { Artifact, openStore } from 'lading'
import type { Lading, LineageEdge } from 'lading'
import { train } from './train.ts'

await using lading = await openStore(process.env['LADING_STORE'] ?? './.lading', { project: 'fit' })

const dataset = await lading.save(new Artifact('points', { type: 'dataset' }).addDir('./data'))
console.log(`points:${dataset.version} ${dataset.created ? 'logged' : 'is there already'}`)

// Stopped after 20 epochs, as by a machine that was taken away, and resumed under the same id.
await train(lading, { id: 'fit-1', dataset: 'points:v0', epochs: 20 })
await train(lading, { id: 'fit-1', dataset: 'points:latest', epochs: 60 })

const corrected = await correctDataset(lading)
await train(lading, { id: 'fit-2', dataset: `points:${corrected}`, epochs: 60 })

await printOrigin(lading, 'line:best')

/** One row was measured wrongly. Only `train.csv` travels, and the new version knows what it was made from. */
async function correctDataset(lading: Lading): Promise<string> {
  const measured = await lading.getArtifact('points:v0')
  const csv = await (await measured.file('train.csv')).text()
  const draft = await measured.newDraft()
  draft.addFile(new TextEncoder().encode(csv.replace('4.0,-9.0', '4.0,9.0')), 'train.csv', { overwrite: true })
  const { version } = await lading.save(draft)

  const { changed, unchanged } = await lading.diff(measured, `points:${version}`)
  const paths = changed.map(({ path }) => path).join(', ')
  console.log(`points:${version} corrected: ${paths} changed, ${unchanged.length} unchanged`)
  return version
}

/** All that a version came from, one step a line. */
async function printOrigin(lading: Lading, ref: string): Promise<void> {
  const version = await lading.getArtifact(ref)
  const { edges } = await version.lineage({ direction: 'up' })
  console.log(`${ref} is ${version.version}, and came from`)
  for (const edge of edges) console.log(`  ${sentenceOf(edge)}`)
}

function sentenceOf({ kind, from, to }: LineageEdge): string {
  switch (kind) {
    case 'produced':
      return `${from} produced ${to}`
    case 'used':
      return `${to} used ${from}`
    case 'derived':
      return `${to} was made from ${from}`
  }
}
