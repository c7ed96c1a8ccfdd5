import { isLadingError } from '../../domain/errors.ts'
import { TYPE_UNSPECIFIED } from '../../domain/type-conflict.ts'

/** What is known of the type that something is to be sent with. */
export interface TypeSources {
  /** What the user said; null: nothing. */
  readonly given: string | null
  /** The best guess, where nothing was said. */
  readonly guess: string | null
  /** Asks what it is now, when the guess was refused. */
  readonly lookUp: () => Promise<string | null>
}

/** Sends with the type that was given, else with that of what is there, which a rival may only just have fixed. */
export async function sendTyped<T>(
  { given, guess, lookUp }: TypeSources,
  send: (type: string) => Promise<T>,
): Promise<{ readonly sent: T; readonly type: string }> {
  const type = given ?? guess ?? TYPE_UNSPECIFIED
  try {
    return { sent: await send(type), type }
  } catch (error) {
    if (given !== null || !isLadingError(error, 'CONFLICT')) throw error
    const actual = await lookUp()
    if (actual === null || actual === type) throw error
    return { sent: await send(actual), type: actual }
  }
}
