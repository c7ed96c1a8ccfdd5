import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { blobStoreCases, metadataStoreCases, objectStoreCases } from '../../src/contract/index.ts'

const SUITES = {
  'the metadata store': metadataStoreCases,
  'the object store, in bulk,': objectStoreCases.filter(({ category }) => category === 'bulk'),
  'the blob store, together,': blobStoreCases.filter(({ id }) => id.startsWith('blob.together.')),
}

it.each(Object.entries(SUITES))(
  'the cases of %s quote the docstrings of the ports and of the commands as their obligations',
  (_, cases) => {
    const files = globSync(['src/ports/*.ts', 'src/domain/*.ts'])
    const text = files.map((file) => readFileSync(file, 'utf8')).join('\n')
    const words = text.replaceAll(/\s*\n\s*(\*\/?|\/\*\*)?\s*/g, ' ')

    const unknown = cases.filter(({ obligation }) => !words.includes(obligation))

    expect(cases.length).toBeGreaterThan(0)
    expect(unknown.map(({ id, obligation }) => `${id}: ${obligation}`)).toEqual([])
  },
)
