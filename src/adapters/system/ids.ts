import { uuidv7 } from 'uuidv7'
import type { Ids } from '../../ports/environment.ts'

/** UUIDv7 and the random numbers of this process. */
export const systemIds: Ids = Object.freeze({ next: () => uuidv7(), random: () => Math.random() })
