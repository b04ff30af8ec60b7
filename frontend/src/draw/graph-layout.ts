/** A layer graph laid out in layers, and broken into rows as text is. */

import { routeOf, rowsBelow, type Part, type Stop, type Tracks } from "./graph-routes";
import {
  AROUND,
  bestRows,
  extentOf,
  fitting,
  linesHeight,
  measured,
  MOST_TRACKS,
  sideOf,
  titleHeight,
  TRACK,
  widthOf,
  type Ranks,
} from "./graph-rows";
import { skipsOf } from "./graph-skips";
import { order, rankedSlots, settle, withWaypoints, type Chain, type Slot } from "./graph-slots";
import type { Rect } from "./raster";
import type { Size } from "./scheduler";

export interface GraphNode {
  /** Places of the nodes it takes from, each before its own; -1 is what goes into the graph. */
  readonly inputs: readonly number[];
  /** Block it belongs to: rows end rather between blocks than within one. */
  readonly block?: string;
  /** As the layer's card names it. */
  readonly kind?: string;
}

export interface GraphEdge {
  /** -1 for what goes into the graph. */
  readonly source: number;
  readonly target: number;
  /** Through which points it goes, from node to node. */
  readonly points: readonly GraphPoint[];
  readonly parts: readonly Part[];
  /** It goes past layers, and what it brings is added or carried along. */
  readonly skip: boolean;
}

export interface GraphPoint {
  readonly x: number;
  readonly y: number;
  /** Row of the broken graph. */
  readonly row: number;
}

export interface GraphLayout {
  /** One for each node, in the order of the nodes; the input's is the last. */
  readonly boxes: readonly Rect[];
  /** The row that each box stands in. */
  readonly rowOf: readonly number[];
  readonly edges: readonly GraphEdge[];
  readonly width: number;
  readonly height: number;
  readonly rows: number;
}

export interface GraphSizes {
  readonly node: Size;
  readonly gap: { readonly across: number; readonly down: number };
  /** What the rows are to fit into, in pixels of the screen. */
  readonly room: Size;
  /** Height of the title above a block, in pixels of the screen. */
  readonly title: number;
}

export function layoutGraph(nodes: readonly GraphNode[], sizes: GraphSizes): GraphLayout {
  const slots = rankedSlots(nodes);
  const { chains, ranks } = withWaypoints(nodes, slots);
  order(ranks);
  settle(ranks, sizes);
  const skips = skipsOf(nodes, chains);
  const measures = measured(nodes, chains, ranks, sizes);
  const rows = new Rows(measures, sizes, chains, skips);
  return {
    boxes: slots.map((slot) => rows.box(slot)),
    rowOf: slots.map(({ rank }) => rows.rowOf(rank)),
    edges: chains.map((chain) => rows.edge(chain)),
    ...{ width: rows.width, height: rows.height, rows: rows.starts.length },
  };
}

/** Where the rows lie and what lies in them. */
class Rows {
  readonly starts: readonly number[];
  readonly width: number;
  readonly height: number;
  private readonly rowOfRank: readonly number[];
  /** What is added to a lane of each row. */
  private readonly shifts: readonly number[];
  private readonly tracks: Tracks;

  constructor(
    private readonly ranks: Ranks,
    private readonly sizes: GraphSizes,
    chains: readonly Chain[],
    private readonly skips: ReadonlySet<Chain>,
  ) {
    const count = ranks.cost.length;
    this.starts = bestRows(ranks, sizes);
    this.rowOfRank = ranks.cost.map((_, rank) => this.starts.findLastIndex((at) => at <= rank));
    const names = this.names(chains);
    const lines = names.map(({ length }) => Math.min(MOST_TRACKS, length));
    const most = Math.max(0, ...lines);
    this.width = widthOf(this.starts, count, most, sizes);
    const extents = this.starts.map((at, row) =>
      extentOf(ranks, at, this.starts[row + 1] ?? count),
    );
    const heights = extents.map(({ top, bottom }) => bottom - top + 2 * AROUND);
    const high = heights.reduce((sum, one, row) => sum + one + linesHeight(lines[row] ?? 0), 0);
    const scale = fitting({ width: this.width, height: high }, this.starts.length, sizes);
    const title = titleHeight(scale, sizes);
    let y = 0;
    const [shifts, below]: [number[], number[]] = [[], []];
    extents.forEach(({ top }, row) => {
      y += title;
      shifts.push(y + AROUND - top);
      y += heights[row] ?? 0;
      below.push(y + TRACK);
      y += linesHeight(lines[row] ?? 0);
    });
    this.height = y;
    this.shifts = shifts;
    this.tracks = { below, names, left: sideOf(most) };
  }

  rowOf(rank: number): number {
    return this.rowOfRank[rank] ?? 0;
  }

  box(slot: Slot): Rect {
    const { x, y } = this.stop(slot);
    const { width, height } = this.sizes.node;
    return { x: x - width / 2, y: y - height / 2, width, height };
  }

  edge(chain: Chain): GraphEdge {
    const { source, target, slots } = chain;
    const stops = slots.map((slot) => this.stop(slot));
    const parts = routeOf(stops, this.nameOf(chain), this.tracks, this.sizes);
    const points = stops.map(({ x, y, row }) => ({ x, y, row }));
    return { source, target, points, parts, skip: this.skips.has(chain) };
  }

  private stop({ rank, lane }: Slot): Stop {
    const row = this.rowOf(rank);
    const start = this.starts[row] ?? 0;
    const end = this.starts[row + 1] ?? this.ranks.cost.length;
    const { node, gap } = this.sizes;
    const left = this.tracks.left + (rank - start) * (node.width + gap.across);
    return {
      ...{ x: left + node.width / 2, y: lane + (this.shifts[row] ?? 0), row, rank },
      ...{ first: rank === start, last: rank === end - 1 },
    };
  }

  /** A skip is a line of its own beside the other line of its source. */
  private nameOf(chain: Chain): string {
    return `${chain.source}${this.skips.has(chain) ? " skip" : ""}`;
  }

  /** The lines below each row; those from further down in the row are the upper ones. */
  private names(chains: readonly Chain[]): readonly (readonly string[])[] {
    const lowest = this.starts.map(() => new Map<string, number>());
    for (const chain of chains) {
      const stops = chain.slots.map(({ rank, lane }) => ({ rank, lane, row: this.rowOf(rank) }));
      for (const { row, lane } of rowsBelow(stops)) {
        const name = this.nameOf(chain);
        lowest[row]?.set(name, Math.max(lane, lowest[row].get(name) ?? -Infinity));
      }
    }
    return lowest.map((row) =>
      [...row].sort(([, one], [, other]) => other - one).map(([name]) => name),
    );
  }
}
