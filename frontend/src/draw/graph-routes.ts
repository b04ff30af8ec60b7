/**
 * Which way the edges of a layer graph go: straight past the nodes of a rank, bent between two ranks
 * only, and to another row as a typewriter goes, between the rows and around their ends.
 */

import type { GraphPoint, GraphSizes } from "./graph-layout";
import { AROUND, MOST_TRACKS, TRACK } from "./graph-rows";

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A part of a line: an S between two places, or straight with round corners. */
export interface Part {
  readonly bent: boolean;
  readonly places: readonly Place[];
}

/** A slot on the way of an edge. */
export interface Stop extends GraphPoint {
  readonly rank: number;
  /** Nothing stands before it, or behind it, in its row. */
  readonly first: boolean;
  readonly last: boolean;
}

/** The lines that share the room below each row: those of one source are one line. */
export interface Tracks {
  /** Middle of the uppermost line below a row. */
  readonly below: readonly number[];
  /** For each row the lines below it by name; the uppermost is the first. */
  readonly names: readonly (readonly string[])[];
  /** Where the boxes of the first column begin. */
  readonly left: number;
}

/** Rows below which an edge goes on its way, and in which lane it comes there. */
export function rowsBelow<Lane>(
  stops: readonly { readonly row: number; readonly rank: number; readonly lane: Lane }[],
): readonly { readonly row: number; readonly lane: Lane }[] {
  return stops.slice(1).flatMap((to, at) => {
    const from = stops[at];
    if (from === undefined || isNext(from, to)) return [];
    const { row, lane } = from;
    return to.row > row + 1
      ? [
          { row, lane },
          { row: to.row - 1, lane },
        ]
      : [{ row, lane }];
  });
}

interface Ranked {
  readonly row: number;
  readonly rank: number;
}

function isNext(from: Ranked, to: Ranked): boolean {
  return from.row === to.row && to.rank === from.rank + 1;
}

/** The parts of an edge from the first of its stops to the last. */
export function routeOf(
  stops: readonly Stop[],
  name: string,
  tracks: Tracks,
  sizes: GraphSizes,
): readonly Part[] {
  const half = sizes.node.width / 2;
  return stops.slice(1).flatMap((to, at) => {
    const from = stops[at];
    if (from === undefined) return [];
    const [start, end] = [
      { x: from.x + half, y: from.y },
      { x: to.x - half, y: to.y },
    ];
    const past = at > 0 ? [{ bent: false, places: [{ x: from.x - half, y: from.y }, start] }] : [];
    if (isNext(from, to)) return [...past, { bent: true, places: [start, end] }];
    return [
      ...past,
      { bent: false, places: around({ from, to, start, end }, name, tracks, sizes) },
    ];
  });
}

interface Turn {
  readonly from: Stop;
  readonly to: Stop;
  readonly start: Place;
  readonly end: Place;
}

/** Out of a row, below it, around the beginnings of the rows between, and in again. */
function around(
  { from, to, start, end }: Turn,
  name: string,
  { below, names, left }: Tracks,
  { gap }: GraphSizes,
): readonly Place[] {
  const track = (row: number): number =>
    Math.min(MOST_TRACKS - 1, Math.max(0, names[row]?.indexOf(name) ?? 0));
  const count = (row: number): number => Math.min(MOST_TRACKS, names[row]?.length ?? 1);
  const height = (row: number): number => (below[row] ?? 0) + track(row) * TRACK;
  // The uppermost line is the innermost where it leaves a row and the outermost where it comes in.
  const out = AROUND + TRACK + track(from.row) * TRACK;
  const back = (row: number): number => AROUND + TRACK + (count(row) - 1 - track(row)) * TRACK;
  const into = Math.max(from.row, to.row - 1);
  const right = start.x + (from.last ? out : gap.across / 2);
  const before = end.x - (to.first ? back(into) : gap.across / 2);
  const begin = left - back(from.row);
  const between = [
    { x: begin, y: height(from.row) },
    { x: begin, y: height(into) },
  ];
  return [
    start,
    { x: right, y: start.y },
    { x: right, y: height(from.row) },
    ...(into > from.row ? between : []),
    { x: before, y: height(into) },
    { x: before, y: end.y },
    end,
  ];
}
