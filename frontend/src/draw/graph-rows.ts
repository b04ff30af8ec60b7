/** A long graph broken into rows, as text is: where a row may end, and how long rows are. */

import type { GraphNode, GraphSizes } from "./graph-layout";
import { halfOf, type Chain, type Slot } from "./graph-slots";
import type { Size } from "./scheduler";

/** Share of a row that is filled at least. */
const LEAST_OF_ROW = 0.6;
/** How much smaller the whole may be for a row's end that costs one less on average. */
const BREAKING = 0.06;
/** A block torn apart by the end of a row, in edges that go over it. */
const TEARING = 6;
/** A title is not lower than this in the layout's pixels, however large the whole is shown. */
const LEAST_TITLE = 15;

/** Around the layers of a block. */
export const AROUND = 7;
/** Between two lines that go back to the next row side by side. */
export const TRACK = 6;
/** More lines than this share tracks. */
export const MOST_TRACKS = 6;

/** What the rows of a graph are chosen by, one entry for each rank. */
export interface Ranks {
  /** Middle of the highest slot less its half height. */
  readonly top: readonly number[];
  readonly bottom: readonly number[];
  /** Lines that go over the end of a row in front of the rank. */
  readonly lines: readonly number[];
  /** What a row's end in front of the rank costs. */
  readonly cost: readonly number[];
}

export function measured(
  nodes: readonly GraphNode[],
  chains: readonly Chain[],
  ranks: readonly Slot[][],
  sizes: GraphSizes,
): Ranks {
  const lines = linesOver(chains, ranks.length);
  const blocks = ranks.map((rank) => new Set(rank.map(({ node }) => nodes[node]?.block)));
  const torn = (rank: number): boolean =>
    [...(blocks[rank] ?? [])].some((block) => block !== undefined && blocks[rank - 1]?.has(block));
  return {
    top: ranks.map((rank) => Math.min(...rank.map((slot) => slot.lane - halfOf(slot, sizes)))),
    bottom: ranks.map((rank) => Math.max(...rank.map((slot) => slot.lane + halfOf(slot, sizes)))),
    lines,
    cost: lines.map((count, rank) => count + (torn(rank) ? TEARING : 0)),
  };
}

/** Sources whose edges go over the end of a row in front of each rank. */
function linesOver(chains: readonly Chain[], ranks: number): readonly number[] {
  const over = Array.from({ length: ranks }, () => new Set<number>());
  for (const { source, slots } of chains)
    for (let rank = slots[0]?.rank ?? 0; rank < (slots.at(-1)?.rank ?? 0); rank++)
      over[rank + 1]?.add(source);
  return over.map(({ size }) => size);
}

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

/** The rows in which the whole is shown as large as can be in its room. */
export function bestRows(ranks: Ranks, sizes: GraphSizes): readonly number[] {
  const count = ranks.cost.length;
  let best: readonly number[] = [0];
  let least = Infinity;
  for (let most = 1; most <= count; most++) {
    const starts = rowStarts(count, most, ranks.cost);
    const worth = starts.slice(1).reduce((sum, start) => sum + (ranks.cost[start] ?? 0), 0);
    const wish = (1 + (BREAKING * worth) / starts.length) / scaleOf(starts, ranks, sizes);
    if (wish < least) [best, least] = [starts, wish];
  }
  return best;
}

/** At which scale these rows fill the room, each with a title above it. */
function scaleOf(starts: readonly number[], ranks: Ranks, sizes: GraphSizes): number {
  const tracks = starts.slice(1).map((start) => Math.min(MOST_TRACKS, ranks.lines[start] ?? 0));
  const high = starts.reduce((sum, start, row) => {
    const { top, bottom } = extentOf(ranks, start, starts[row + 1] ?? ranks.cost.length);
    return sum + bottom - top + 2 * AROUND + linesHeight(tracks[row] ?? 0);
  }, 0);
  const wide = widthOf(starts, ranks.cost.length, Math.max(0, ...tracks), sizes);
  return fitting({ width: wide, height: high }, starts.length, sizes);
}

/** The scale at which rows fit the room; titles above them stay as large as they are. */
export function fitting(
  { width, height }: Size,
  rows: number,
  { room, title }: GraphSizes,
): number {
  const above = title / LEAST_TITLE;
  const small = (room.height - rows * title) / height;
  const scale = small < above ? small : room.height / (height + rows * LEAST_TITLE);
  return Math.max(0.02, Math.min(scale, room.width / width));
}

/** Height of a title in the layout's pixels. */
export function titleHeight(scale: number, { title }: GraphSizes): number {
  return Math.max(LEAST_TITLE, title / scale);
}

/** From the highest to the lowest of the slots in ranks. */
export function extentOf(
  { top, bottom }: Ranks,
  start: number,
  end: number,
): { readonly top: number; readonly bottom: number } {
  return {
    top: Math.min(...top.slice(start, end)),
    bottom: Math.max(...bottom.slice(start, end)),
  };
}

/** Room below a row for the lines that go back to the next. */
export function linesHeight(tracks: number): number {
  return tracks === 0 ? 0 : (tracks + 1) * TRACK;
}

/** Room beside the rows for what goes from one to the next. */
export function sideOf(tracks: number): number {
  return AROUND + linesHeight(tracks);
}

export function widthOf(
  starts: readonly number[],
  ranks: number,
  tracks: number,
  { node, gap }: GraphSizes,
): number {
  const longest = Math.max(...starts.map((start, row) => (starts[row + 1] ?? ranks) - start));
  return longest * (node.width + gap.across) - gap.across + 2 * sideOf(tracks);
}
