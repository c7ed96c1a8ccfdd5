/** Candidates that are looked through where there may be very many. */
export const CANDIDATES_MAX = 1_000

/**
 * The candidate that was probably meant, or null when none is close: one that begins so, or differs in about one slip for
 * three characters.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let [best, bestDistance] = [null as string | null, Math.ceil(word.length / 3) + 1]
  for (const candidate of candidates) {
    const [asked, known] = [word.toLowerCase(), candidate.toLowerCase()]
    const distance = isBeginning(asked, known) ? 1 : editDistance(asked, known)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** What to do next, with what was probably meant before it; null: nothing was. */
export function withMeant(meant: string | null, next: string): string {
  return meant === null ? next : `did you mean ${meant}? ${next}`
}

/** Of one character any list has too many. */
function isBeginning(asked: string, known: string): boolean {
  return asked.length > 1 && asked !== known && known.startsWith(asked)
}

/** Insertions, deletions, substitutions and swaps of neighbours between two words. */
function editDistance(a: string, b: string): number {
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  let beforeLast = last
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, substitution, isSwap ? beforeLast[j - 2]! + 1 : Infinity))
    }
    ;[beforeLast, last] = [last, row]
  }
  return last[b.length]!
}
