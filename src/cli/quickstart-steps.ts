import { writeFile } from 'node:fs/promises'
import { Artifact } from '../application/client/artifact.ts'
import type { Lading } from '../application/client/lading.ts'
import { openStore } from '../composition/open-store.ts'
import { formatAliases } from './commands/alias.ts'
import { formatDownload } from './commands/get.ts'
import { formatLogged } from './commands/log.ts'
import { formatBytes } from './formats.ts'
import { formatLineage } from './lineage-tree.ts'
import { makeCheckpoint } from './quickstart-files.ts'
import { formatTable } from './table.ts'
import type { Stage } from './stage.ts'
import { formatVersions } from './version-view.ts'

/** Plays all steps in the current folder. A test compares the code that is shown with the code that runs. */
export async function playQuickstart(stage: Stage): Promise<void> {
  await showFiles(stage)
  const lading = await openStore('./.lading', { project: 'demo' })
  try {
    await train(stage, lading)
    await promote(stage, lading)
    await evaluate(stage, lading)
    await lookBack(stage, lading)
  } finally {
    await lading.close()
  }
}

async function showFiles(stage: Stage): Promise<void> {
  const files = await makeCheckpoint('./checkpoint')
  const rows = files.map(({ path, sizeBytes }) => [path, formatBytes(sizeBytes)])
  stage.tell('A folder as a training run leaves it')
  stage.show(formatTable([{ title: 'checkpoint/' }, { title: 'SIZE', align: 'right' }], rows, stage.screen))
}

async function train(stage: Stage, lading: Lading): Promise<void> {
  stage.tell('Log it: the first version')
  stage.code(`
    import { Artifact, openStore } from 'lading'
    const lading = await openStore('./.lading', { project: 'demo' })
    const run = await lading.init({ id: 'train-1' })
    const model = new Artifact('resnet', { type: 'model' }).addDir('./checkpoint')
    const v0 = await run.logArtifact(model)`)
  const run = await lading.init({ id: 'train-1' })
  const model = new Artifact('resnet', { type: 'model' }).addDir('./checkpoint')
  const v0 = await run.logArtifact(model)
  stage.show(formatLogged(v0, stage.screen))

  stage.tell('Log it again: nothing new, so no new version')
  stage.code(`
    const again = new Artifact('resnet', { type: 'model' }).addDir('./checkpoint')
    const same = await run.logArtifact(again)`)
  const again = new Artifact('resnet', { type: 'model' }).addDir('./checkpoint')
  const same = await run.logArtifact(again)
  stage.show(formatLogged(same, stage.screen))

  stage.tell('Change one file, log again: only that file is stored anew')
  stage.code(`
    await writeFile('./checkpoint/config.json', '{ "layers": 101 }')
    const tuned = new Artifact('resnet', { type: 'model' }).addDir('./checkpoint')
    const v1 = await run.logArtifact(tuned, { aliases: ['candidate'] })
    await run.finish()`)
  await writeFile('./checkpoint/config.json', '{ "layers": 101 }')
  const tuned = new Artifact('resnet', { type: 'model' }).addDir('./checkpoint')
  const v1 = await run.logArtifact(tuned, { aliases: ['candidate'] })
  await run.finish()
  stage.show(formatLogged(v1, stage.screen))
}

async function promote(stage: Stage, lading: Lading): Promise<void> {
  stage.tell('Move an alias, and only if nobody moved it meanwhile')
  stage.code(`
    await lading.setAlias('resnet:v0', 'prod')
    await lading.setAlias('resnet:candidate', 'prod', { expect: 'v0' })
    const aliases = await lading.artifact('resnet').aliases()`)
  await lading.setAlias('resnet:v0', 'prod')
  await lading.setAlias('resnet:candidate', 'prod', { expect: 'v0' })
  const aliases = await lading.artifact('resnet').aliases()
  stage.show(formatAliases(aliases, stage.screen))
}

async function evaluate(stage: Stage, lading: Lading): Promise<void> {
  stage.tell('Use it from a second run: download it, verified, and log what came out')
  stage.code(`
    const evaluation = await lading.init({ id: 'eval-1' })
    const used = await evaluation.useArtifact('resnet:prod')
    const copy = await used.download({ root: './copy' })
    const check = await used.verify('./copy')
    await writeFile('./scores.json', '{ "accuracy": 0.91 }')
    await evaluation.logArtifact('./scores.json', { name: 'scores' })
    await evaluation.finish()`)
  const evaluation = await lading.init({ id: 'eval-1' })
  const used = await evaluation.useArtifact('resnet:prod')
  const copy = await used.download({ root: './copy' })
  const check = await used.verify('./copy')
  await writeFile('./scores.json', '{ "accuracy": 0.91 }')
  await evaluation.logArtifact('./scores.json', { name: 'scores' })
  await evaluation.finish()
  const verdict = `${check.verified} files compared with the manifest, ${check.differences.length} differ`
  stage.show([...formatDownload(used.ref, copy, stage.screen), `  ${stage.screen.style('dim', verdict)}`])
}

async function lookBack(stage: Stage, lading: Lading): Promise<void> {
  stage.tell('List the versions, the newest first')
  stage.code(`
    const versions = []
    const resnet = lading.artifact('resnet')
    for await (const version of resnet.versions()) versions.push(version)`)
  const versions = []
  const resnet = lading.artifact('resnet')
  for await (const version of resnet.versions()) versions.push(version)
  stage.show(formatVersions(versions, stage.screen))

  stage.tell('See where it came from and where it went')
  stage.code(`
    const version = await lading.getArtifact('resnet:prod')
    const graph = await version.lineage()`)
  const version = await lading.getArtifact('resnet:prod')
  const graph = await version.lineage()
  stage.show(formatLineage(graph, version.ref, stage.screen))
}
