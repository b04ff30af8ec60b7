/**
 * A layer graph laid out in layers (Sugiyama et al., 1981): ranks by the longest path, lanes by
 * barycentres, long edges led past the nodes. A long graph is broken into rows, as text is.
 */

import { longestOf, ranksPerRow, rowStarts } from "./graph-rows";
import type { Rect } from "./raster";

export interface GraphNode {
  /** Places of the nodes it takes from, each before its own; -1 is what goes into the graph. */
  readonly inputs: readonly number[];
  /** Block it belongs to: rows end rather between blocks than within one. */
  readonly block?: string;
}

export interface GraphEdge {
  /** -1 for what goes into the graph. */
  readonly source: number;
  readonly target: number;
  /** Through which points it goes, from node to node. */
  readonly points: readonly GraphPoint[];
  /** It goes past a rank or more. */
  readonly long: boolean;
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
  readonly edges: readonly GraphEdge[];
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  /** From the top of a row to that of the next. */
  readonly pitch: number;
}

export interface GraphSizes {
  readonly node: { readonly width: number; readonly height: number };
  readonly gap: { readonly across: number; readonly down: number };
  /** Width over height of the room, for breaking into rows. */
  readonly aspect: number;
}

/** Edges over more ranks than this are not led past the nodes: dense networks have thousands. */
const LED_AT_MOST = 40;
/** Points on the way of all edges together. */
const MOST_WAYPOINTS = 4000;
const SWEEPS = 4;
/** A block torn apart by the end of a row, in edges that go over it. */
const TEARING = 2.5;

interface Slot {
  /** Node, or -1 for a point on the way of an edge. */
  readonly node: number;
  readonly before: Slot[];
  readonly after: Slot[];
  rank: number;
  lane: number;
}

export function layoutGraph(nodes: readonly GraphNode[], sizes: GraphSizes): GraphLayout {
  const slots = rankedSlots(nodes);
  const { chains, ranks } = withWaypoints(nodes, slots);
  order(ranks);
  settle(ranks);
  return placed(nodes, slots, chains, ranks, sizes);
}

/** The last slot is the input's. */
function rankedSlots(nodes: readonly GraphNode[]): Slot[] {
  const slots: Slot[] = [...nodes.keys(), nodes.length].map((node) => ({
    node,
    before: [],
    after: [],
    rank: 0,
    lane: 0,
  }));
  nodes.forEach(({ inputs }, at) => {
    const slot = slots[at];
    if (slot === undefined) return;
    for (const source of inputs)
      slot.rank = Math.max(slot.rank, (slotOf(slots, source)?.rank ?? 0) + 1);
    slot.rank = Math.max(1, slot.rank);
  });
  return slots;
}

function slotOf(slots: readonly Slot[], place: number): Slot | undefined {
  return slots[place < 0 ? slots.length - 1 : place];
}

interface Chain {
  readonly source: number;
  readonly target: number;
  readonly slots: readonly Slot[];
  readonly long: boolean;
}

/** Give every edge over several ranks a point in each rank between, and all slots their rank. */
function withWaypoints(
  nodes: readonly GraphNode[],
  slots: readonly Slot[],
): { chains: Chain[]; ranks: Slot[][] } {
  const ranks: Slot[][] = [];
  const put = (slot: Slot): void => void (ranks[slot.rank] ??= []).push(slot);
  slots.forEach(put);
  const chains: Chain[] = [];
  let left = MOST_WAYPOINTS;
  nodes.forEach(({ inputs }, target) => {
    for (const source of inputs) {
      const [from, to] = [slotOf(slots, source), slots[target]];
      if (from === undefined || to === undefined) continue;
      const steps = to.rank - from.rank - 1;
      const led = steps > 0 && steps <= LED_AT_MOST && steps <= left;
      const way: Slot[] = [from];
      for (let step = 1; led && step <= steps; step++) {
        const point = { node: -1, before: [], after: [], rank: from.rank + step, lane: 0 };
        way.push(point);
        put(point);
      }
      if (led) left -= steps;
      way.push(to);
      if (led || steps === 0) tie(way);
      chains.push({ source, target, slots: way, long: steps > 0 });
    }
  });
  return { chains, ranks: Array.from(ranks, (rank) => rank ?? []) };
}

function tie(way: readonly Slot[]): void {
  for (let at = 1; at < way.length; at++) {
    const [from, to] = [way[at - 1], way[at]];
    if (from === undefined || to === undefined) continue;
    from.after.push(to);
    to.before.push(from);
  }
}

/** Order each rank by the mean place of its neighbours, back and forth, until few edges cross. */
function order(ranks: readonly Slot[][]): void {
  for (const rank of ranks) rank.forEach((slot, at) => (slot.lane = at));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forth = sweep % 2 === 0;
    for (let at = 0; at < ranks.length; at++) {
      const rank = ranks[forth ? at : ranks.length - 1 - at] ?? [];
      if (rank.length < 2) continue;
      const wish = new Map(
        rank.map((slot) => [slot, mean(forth ? slot.before : slot.after, slot)]),
      );
      rank.sort((one, other) => (wish.get(one) ?? 0) - (wish.get(other) ?? 0));
      rank.forEach((slot, lane) => (slot.lane = lane));
    }
  }
}

function mean(neighbours: readonly Slot[], slot: Slot): number {
  if (neighbours.length === 0) return slot.lane;
  return neighbours.reduce((sum, { lane }) => sum + lane, 0) / neighbours.length;
}

/** Nodes on the way of a chain stay on one line: centre every rank, then pull lanes straight. */
function settle(ranks: readonly Slot[][]): void {
  for (const rank of ranks) rank.forEach((slot, at) => (slot.lane = at - (rank.length - 1) / 2));
  for (let sweep = 0; sweep < 2 * SWEEPS; sweep++) {
    const forth = sweep % 2 === 0;
    for (let at = 0; at < ranks.length; at++) {
      const rank = ranks[forth ? at : ranks.length - 1 - at] ?? [];
      pull(rank, forth);
    }
  }
}

/** Move the slots of a rank towards their neighbours, keeping their order and a lane between. */
function pull(rank: readonly Slot[], forth: boolean): void {
  const wished = rank.map((slot) => mean(forth ? slot.before : slot.after, slot));
  let low = -Infinity;
  const lanes = wished.map((wish) => (low = Math.max(wish, low + 1)));
  const shift =
    lanes.reduce((sum, lane, at) => sum + (wished[at] ?? 0) - lane, 0) / (rank.length || 1);
  rank.forEach((slot, at) => (slot.lane = (lanes[at] ?? 0) + shift));
}

function placed(
  nodes: readonly GraphNode[],
  slots: readonly Slot[],
  chains: readonly Chain[],
  ranks: readonly Slot[][],
  sizes: GraphSizes,
): GraphLayout {
  const lanes = ranks.flat().map(({ lane }) => lane);
  const top = lanes.reduce((low, lane) => Math.min(low, lane), Infinity);
  const bottom = lanes.reduce((high, lane) => Math.max(high, lane), -Infinity);
  const across = sizes.node.width + sizes.gap.across;
  const down = sizes.node.height + sizes.gap.down;
  const tall = (bottom - top + 1) * down + sizes.gap.down;
  const cost = costs(nodes, chains, ranks);
  const most = ranksPerRow(ranks.length, cost, { across, tall, aspect: sizes.aspect });
  const starts = rowStarts(ranks.length, most, cost);
  const rowOf = ranks.map((_, rank) => starts.findLastIndex((start) => start <= rank));
  const point = ({ rank, lane }: Slot): GraphPoint => {
    const row = rowOf[rank] ?? 0;
    return {
      x: (rank - (starts[row] ?? 0)) * across + sizes.node.width / 2,
      y: row * tall + (lane - top) * down + sizes.node.height / 2,
      row,
    };
  };
  const boxes = slots.map((slot) => {
    const { x, y } = point(slot);
    const { width, height } = sizes.node;
    return { x: x - width / 2, y: y - height / 2, width, height };
  });
  const edges = chains.map(({ source, target, slots: way, long }) => ({
    source,
    target,
    points: way.map(point),
    long,
  }));
  const rows = starts.length;
  const width = longestOf(starts, ranks.length) * across - sizes.gap.across;
  return { boxes, edges, width, height: rows * tall - 2 * sizes.gap.down, rows, pitch: tall };
}

/** What a row's end in front of each rank costs: edges that go over it, and a block torn apart. */
function costs(
  nodes: readonly GraphNode[],
  chains: readonly Chain[],
  ranks: readonly Slot[][],
): readonly number[] {
  const over = ranks.map(() => new Set<number>());
  for (const { source, slots } of chains)
    for (let rank = slots[0]?.rank ?? 0; rank < (slots.at(-1)?.rank ?? 0); rank++)
      over[rank + 1]?.add(source);
  const blocks = ranks.map((rank) => new Set(rank.map(({ node }) => nodes[node]?.block)));
  return over.map((sources, rank) => {
    const [before, here] = [blocks[rank - 1], blocks[rank]];
    const torn = [...(here ?? [])].some((block) => block !== undefined && before?.has(block));
    return sources.size + (torn ? TEARING : 0);
  });
}
