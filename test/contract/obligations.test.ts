import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { metadataStoreCases } from '../../src/contract/index.ts'

it('the cases of the metadata store quote the docstrings of the ports and of the commands as their obligations', () => {
  const files = globSync(['src/ports/*.ts', 'src/domain/*.ts'])
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  const words = text.replaceAll(/\s*\n\s*(\*\/?|\/\*\*)?\s*/g, ' ')

  const unknown = metadataStoreCases.filter(({ obligation }) => !words.includes(obligation))

  expect(unknown.map(({ id, obligation }) => `${id}: ${obligation}`)).toEqual([])
})
