/** Which way a unit is reached, and where its output goes: shares of the weights, 0-1. */

import type { NetworkPicture } from "./network";

/**
 * For each column, how much of the unit's paths runs through each of its units: 1 for the unit
 * itself; from there on the strongest weight into or out of a unit hands on all of its share.
 */
export function pathsThrough(
  picture: NetworkPicture,
  column: number,
  unit: number,
): readonly Float32Array[] {
  const shares = picture.columns.map(({ units }) => new Float32Array(units));
  const own = shares[column];
  if (own === undefined) return shares;
  own[unit] = 1;
  for (let index = picture.links.length - 1; index >= 0; index--) {
    const link = picture.links[index];
    if (link !== undefined && link.target <= column) spread(link, shares, "back");
  }
  for (const link of picture.links) if (link.source >= column) spread(link, shares, "on");
  return shares;
}

type Link = NetworkPicture["links"][number];

function spread(link: Link, shares: readonly Float32Array[], way: "back" | "on"): void {
  const sources = shares[link.source];
  const targets = shares[link.target];
  if (link.weight === null || sources === undefined || targets === undefined) return;
  const [known, open] = way === "back" ? [targets, sources] : [sources, targets];
  for (let at = 0; at < known.length; at++) {
    const share = known[at] ?? 0;
    if (share === 0) continue;
    const weight = (other: number): number =>
      Math.abs(
        (way === "back"
          ? link.weight?.[at * sources.length + other]
          : link.weight?.[other * sources.length + at]) ?? 0,
      );
    let most = 0;
    for (let other = 0; other < open.length; other++) most = Math.max(most, weight(other));
    for (let other = 0; most > 0 && other < open.length; other++)
      open[other] = Math.max(open[other] ?? 0, (share * weight(other)) / most);
  }
}

/** How strongly one weight is to be shown: its ends' share, all of it next to the unit itself. */
export function shareOf(
  shares: readonly Float32Array[],
  link: { readonly source: number; readonly target: number },
  [target, source]: readonly [number, number],
  column: number,
): number {
  const into = shares[link.target]?.[target] ?? 0;
  const from = shares[link.source]?.[source] ?? 0;
  if (link.target === column) return into;
  if (link.source === column) return from;
  return Math.min(into, from);
}
