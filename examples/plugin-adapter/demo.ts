// What a user of the package writes, with a server that is here only for the demonstration.
import { Artifact, openStore } from 'lading'
import { shelf } from 'lading-adapter-shelf'
import { startShelfServer } from './test/shelf-server.ts'

const server = await startShelfServer({ token: 'secret' })
try {
  const url = `${server.url.replace('http:', 'shelf:')}/models`
  const lading = await openStore(url, { project: 'demo', adapters: [shelf({ token: 'secret' })] })
  try {
    const notes = new Artifact('notes').addFile(new TextEncoder().encode('hello'), 'hello.txt')
    const { version, aliases } = await lading.save(notes, { aliases: ['prod'] })
    console.log(version, aliases)

    const file = await (await lading.getArtifact('notes:prod')).file('hello.txt')
    console.log(await file.text())
  } finally {
    await lading.close()
  }
} finally {
  await server.close()
}
