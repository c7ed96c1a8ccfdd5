import { expect, it } from 'vitest'
import { nearest, withMeant } from '../../src/domain/nearest.ts'

it.each([
  ['resnett', ['resnet', 'vgg'], 'resnet'],
  ['prdo', ['candidate', 'prod'], 'prod'],
  ['PROD', ['candidate', 'prod'], 'prod'],
  ['cand', ['prod', 'candidate'], 'candidate'],
  ['prod', ['prod-old', 'prod'], 'prod'],
  ['c', ['candidate'], null],
  ['xyz', ['resnet', 'prod'], null],
  ['abc', [], null],
  ['', ['a', 'ab'], null],
  ['prob', ['prof', 'prod'], 'prof'],
  ['prdo', ['prod', 'prdo'], 'prdo'],
  ['vga', ['vag'], 'vag'],
  ['gvg', ['vgg'], 'vgg'],
  ['abc', ['bxc'], null],
  ['abc', ['xac'], null],
  ['abc', ['abx'], 'abx'],
  ['abc', ['axx'], null],
  ['abcdef', ['abcdxx'], 'abcdxx'],
  ['abcdef', ['abcxxx'], null],
])('of %s is meant, of %j: %s', (word, candidates, meant) => {
  expect(nearest(word, candidates)).toBe(meant)
})

it('puts what was probably meant before what to do next', () => {
  expect([withMeant('prod', 'list them'), withMeant(null, 'list them')]).toEqual([
    'did you mean prod? list them',
    'list them',
  ])
})
