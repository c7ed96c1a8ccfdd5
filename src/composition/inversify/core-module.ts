import { ContainerModule } from 'inversify'
import { systemClock, systemIds } from '../../adapters/system/index.ts'
import { TOKENS } from './tokens.ts'

/** Clock and ids of this machine, for all stores of a container; what is bound already stays. */
export const coreModule: ContainerModule = new ContainerModule(({ bind, isBound }) => {
  if (!isBound(TOKENS.Clock)) bind(TOKENS.Clock).toConstantValue(systemClock)
  if (!isBound(TOKENS.Ids)) bind(TOKENS.Ids).toConstantValue(systemIds)
})
