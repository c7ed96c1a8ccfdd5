import type * as path from 'node:path'
import { expect, it, vi } from 'vitest'
import { fromFolder } from '../../src/composition/from-folder.ts'
import { schemeOf } from '../../src/composition/store-url.ts'

vi.mock('node:path', async (original) => (await original<typeof path>()).win32)

it.each([
  ['models', 'C:\\work\\models'],
  ['..\\models', 'C:\\models'],
  ['./models', 'C:\\work\\models'],
  ['D:\\models', 'D:\\models'],
  ['d:/models', 'd:\\models'],
  ['\\\\server\\share\\models', '\\\\server\\share\\models'],
  ['sqlite:m.db', 'sqlite:C:\\work\\m.db'],
  ['sqlite:D:\\m.db', 'sqlite:D:\\m.db'],
  ['memory:', 'memory:'],
  ['file:///D:/models', 'file:///D:/models'],
  ['s3://bucket/prefix', 's3://bucket/prefix'],
])('on Windows the store %s of a file in C:\\work is %s', (store, meant) => {
  expect(fromFolder(store, 'C:\\work').replace(/\\$/, '')).toBe(meant)
})

it.each(['C:', 'C:\\models', 'c:/models', 'models\\x:y'])('on Windows %s is a path and no URL', (store) => {
  expect(schemeOf(store)).toBe(null)
})
