/** What stands at the ends of the colours below a stack of pictures. */

import { short } from "../../draw/format";
import { sharedRange, type Tile } from "../../draw/tile";
import type { FigureProps } from "../types";

export interface Ends {
  readonly low: number | string;
  readonly high: number | string;
  readonly note: string;
}

/**
 * Numbers where they hold for every picture; else words, and that each has a scale of its own.
 *
 * A given range may be narrower than what is shown: then its ends stand for all beyond them too.
 */
export function legendOf(tiles: readonly Tile[], shared: NonNullable<FigureProps["shared"]>): Ends {
  if (typeof shared === "object") {
    const under = tiles.some(({ low }) => low < shared.low - slack(shared));
    const over = tiles.some(({ high }) => high > shared.high + slack(shared));
    return {
      low: under ? `≤ ${short(shared.low)}` : shared.low,
      high: over ? `≥ ${short(shared.high)}` : shared.high,
      note: shared.note,
    };
  }
  const [low, high] = sharedRange(tiles);
  const sameLow = tiles.every((tile) => tile.low === tiles[0]?.low);
  const sameHigh = tiles.every((tile) => tile.high === tiles[0]?.high);
  if (shared || (sameLow && sameHigh)) return { low, high, note: "" };
  const even = tiles.every((tile) => tile.low === -tile.high);
  return {
    low: sameLow ? low : even ? "−most" : "least",
    high: sameHigh ? high : "most",
    note: "each on its own scale",
  };
}

/** The same in words, for colours that no strip can show: three numbers in each cell. */
export function toldOf({ low, high, note }: Ends): string {
  const [from, to] = [low, high].map((end) => (typeof end === "string" ? end : short(end)));
  return `${from} … ${to}${note === "" ? "" : ` · ${note}`}`;
}

/** What rounding may add to an end. */
function slack({ low, high }: { readonly low: number; readonly high: number }): number {
  return (high - low) * 1e-6;
}
