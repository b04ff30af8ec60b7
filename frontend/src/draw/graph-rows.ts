/** A long graph broken into rows, as text is: where a row may end, and how long rows are. */

/** Share of a row that is filled at least. */
const LEAST_OF_ROW = 0.6;
/** How much smaller the whole may be for a row's end that costs one less on average. */
const BREAKING = 0.05;

/** The ranks that rows begin with: where it costs least, in the last part of a full row. */
export function rowStarts(ranks: number, most: number, cost: readonly number[]): readonly number[] {
  const starts = [0];
  for (;;) {
    const start = starts.at(-1) ?? 0;
    const full = start + most;
    if (full >= ranks) return starts;
    let best = full;
    for (let rank = full; rank > start + most * LEAST_OF_ROW; rank--)
      if ((cost[rank] ?? 0) < (cost[best] ?? 0)) best = rank;
    starts.push(best);
  }
}

/** How many ranks a row holds at most, so that the whole is as large as can be in its room. */
export function ranksPerRow(
  ranks: number,
  cost: readonly number[],
  { across, tall, aspect }: { across: number; tall: number; aspect: number },
): number {
  let best = ranks;
  let least = Infinity;
  for (let most = 1; most <= ranks; most++) {
    const starts = rowStarts(ranks, most, cost);
    // The scale at which it fits a room of (aspect, 1) is one over this.
    const size = Math.max((longestOf(starts, ranks) * across) / aspect, starts.length * tall);
    const worth = starts.slice(1).reduce((sum, start) => sum + (cost[start] ?? 0), 0);
    const wish = size * (1 + (BREAKING * worth) / starts.length);
    if (wish < least) [best, least] = [most, wish];
  }
  return Math.max(1, best);
}

/** Ranks of the longest row. */
export function longestOf(starts: readonly number[], ranks: number): number {
  return Math.max(...starts.map((start, row) => (starts[row + 1] ?? ranks) - start));
}
