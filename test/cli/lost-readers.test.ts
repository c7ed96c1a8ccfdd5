import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { ignoreLostReaders } from '../../src/cli/lost-readers.ts'
import { errno } from '../support/faulty-fs.ts'

/** A terminal or a pipe that answers every write with an error. */
function lost(code: string): Writable {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(errno(code)), autoDestroy: false })
  ignoreLostReaders([stream])
  return stream
}

it.each([
  ['EIO', 'a terminal that was closed'],
  ['ENXIO', 'a terminal that is gone'],
  ['EPIPE', 'a pipe whose reader has ended'],
  ['ECONNRESET', 'a socket whose reader has ended'],
  ['ENOTCONN', 'a socket that was never read'],
])('%s, the answer of %s, stops no work', async (code) => {
  const stream = lost(code)

  const answers = ['one', 'two'].map(
    (line) => new Promise((resolve) => stream.write(line, (error) => resolve((error as NodeJS.ErrnoException).code))),
  )

  expect(await Promise.all(answers)).toEqual([code, code])
})

it.each(['ENOSPC', 'EBADF', undefined])('%s is no lost reader, and is thrown', (code) => {
  const stream = lost('EIO')
  const error = Object.assign(new Error('no space'), { code })

  expect(() => stream.emit('error', error)).toThrow(error)
})
