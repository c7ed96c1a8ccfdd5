/** What is trained: `y = slope · x + offset`. */
export interface Line {
  readonly slope: number
  readonly offset: number
}

/** One measurement. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Where every training begins. */
export const FLAT: Line = { slope: 0, offset: 0 }

/** One step of gradient descent over all points. */
export function descend(line: Line, points: readonly Point[], learningRate: number): Line {
  const errors = points.map(({ x, y }) => ({ x, error: line.slope * x + line.offset - y }))
  return {
    slope: line.slope - learningRate * mean(errors.map(({ x, error }) => 2 * error * x)),
    offset: line.offset - learningRate * mean(errors.map(({ error }) => 2 * error)),
  }
}

/** The mean squared error. */
export function lossOf(line: Line, points: readonly Point[]): number {
  return mean(points.map(({ x, y }) => (line.slope * x + line.offset - y) ** 2))
}

/** The points of a CSV file with the columns x and y. Throws for a row without two numbers. */
export function parsePoints(csv: string): Point[] {
  const [, ...rows] = csv.trim().split('\n')
  return rows.map((row, index) => {
    const [x, y] = row.split(',').map(Number.parseFloat)
    if (!Number.isFinite(x) || !Number.isFinite(y)) throw new Error(`row ${index + 1} is no point: ${row}`)
    return { x: x!, y: y! }
  })
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
