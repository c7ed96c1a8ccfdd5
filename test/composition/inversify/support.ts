import { Container } from 'inversify'
import type { ContainerModule } from 'inversify'
import { onTestFinished } from 'vitest'
import { coreModule } from '../../../src/composition/inversify/index.ts'

/** A container with clock and ids; it is emptied when the test ends. */
export function containerWith(...modules: readonly ContainerModule[]): Container {
  const container = new Container()
  container.load(coreModule, ...modules)
  onTestFinished(() => container.unbindAllAsync())
  return container
}
