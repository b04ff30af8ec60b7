/**
 * The nodes of a layer graph in ranks by the longest path and in lanes by barycentres (Sugiyama et
 * al., 1981); long edges get a place in every rank that they go past.
 */

import type { GraphNode, GraphSizes } from "./graph-layout";

export interface Slot {
  /** Node, or -1 for a point on the way of an edge. */
  readonly node: number;
  readonly before: Slot[];
  readonly after: Slot[];
  rank: number;
  /** Place in its rank; once settled, how far its middle lies below an arbitrary zero. */
  lane: number;
}

export interface Chain {
  readonly source: number;
  readonly target: number;
  readonly slots: readonly Slot[];
  /** It goes past a rank or more. */
  readonly long: boolean;
}

/** Half of the height that a line on its way needs. */
export const HALF_LINE = 3;
/** Edges over more ranks than this are not led past the nodes: dense networks have thousands. */
const LED_AT_MOST = 40;
/** Points on the way of all edges together. */
const MOST_WAYPOINTS = 4000;
const SWEEPS = 4;

/** The last slot is the input's. */
export function rankedSlots(nodes: readonly GraphNode[]): Slot[] {
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

/** Give every edge over several ranks a point in each rank between, and all slots their rank. */
export function withWaypoints(
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
export function order(ranks: readonly Slot[][]): void {
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

/** Half of the height of a slot. */
export function halfOf({ node }: Slot, sizes: GraphSizes): number {
  return node < 0 ? HALF_LINE : sizes.node.height / 2;
}

/** From the middle of a slot to that of the next one below it in its rank. */
function apart(one: Slot, other: Slot, sizes: GraphSizes): number {
  const lines = Number(one.node < 0) + Number(other.node < 0);
  const gap = [sizes.gap.down, 0.7 * sizes.gap.down, 0][lines] ?? 0;
  return halfOf(one, sizes) + gap + halfOf(other, sizes);
}

/** Slots on the way of a chain stay on one line: centre every rank, then pull lanes straight. */
export function settle(ranks: readonly Slot[][], sizes: GraphSizes): void {
  for (const rank of ranks) pull(rank, () => 0, sizes);
  // The last sweep goes forth: what a node hands on to goes straight on from it where it can.
  for (let sweep = 0; sweep <= 2 * SWEEPS; sweep++) {
    const forth = sweep % 2 === 0;
    for (let at = 0; at < ranks.length; at++) {
      const rank = ranks[forth ? at : ranks.length - 1 - at] ?? [];
      pull(rank, (slot) => mean(forth ? slot.before : slot.after, slot), sizes);
    }
  }
}

/** Move the slots of a rank as near to where they wish to be as their order and gaps allow. */
function pull(rank: readonly Slot[], wish: (slot: Slot) => number, sizes: GraphSizes): void {
  let down = 0;
  const least = rank.map((slot, at) => {
    const above = rank[at - 1];
    return (down += above === undefined ? 0 : apart(above, slot, sizes));
  });
  const lanes = rising(rank.map((slot, at) => wish(slot) - (least[at] ?? 0)));
  rank.forEach((slot, at) => (slot.lane = (lanes[at] ?? 0) + (least[at] ?? 0)));
}

/** The nearest numbers that never fall: neighbours that would are pooled at their mean. */
function rising(wished: readonly number[]): readonly number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const wish of wished) {
    let pool = { sum: wish, count: 1 };
    for (let last = pools.at(-1); last !== undefined; last = pools.at(-1)) {
      if (last.sum / last.count <= pool.sum / pool.count) break;
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
}
