/** On which range the numbers of a layer become colours. */

import { extremes } from "../../draw/chart";
import { short } from "../../draw/format";
import { sharedRange } from "../../draw/tile";
import { tilesOf } from "../../figures/read";
import type { SharedRange } from "../../figures/types";
import type { FigureFrame } from "../../state/watch.svelte";
import type { Figure } from "../../wire/protocol";

export type ScaleMode = "unit" | "layer" | "global" | "fixed";

export const SCALES: readonly { readonly value: ScaleMode; readonly label: string }[] = [
  { value: "unit", label: "each its own" },
  { value: "layer", label: "of the layer" },
  { value: "global", label: "of all layers" },
  { value: "fixed", label: "fixed from now on" },
];

/** The fact that says how far the numbers of the whole network reach. */
const REACH = "largest of all layers";

/** The range that the layer shown has by itself, or null where there are no numbers to colour. */
export function layerRange(frame: FigureFrame): readonly [number, number] | null {
  const figure = frame.figures[0];
  if (figure?.type === "images") return sharedRange(tilesOf(figure.images, frame.data));
  if (figure?.type === "bars" || figure?.type === "heatmap") return [figure.low, figure.high];
  return null;
}

/** The ranges of the pictures on a wall; those that are fixed are kept from when it was asked. */
export class WallScale {
  private readonly kept = new Map<string, SharedRange>();

  /** Forget the ranges that were fixed, so that the next ones are. */
  release(): void {
    this.kept.clear();
  }

  /** One range for all, or null where each picture has its own. */
  rangeOf(mode: ScaleMode, frame: FigureFrame | null): SharedRange | null {
    const figure = frame?.figures[0];
    if (frame === null || figure === undefined || mode === "unit") return null;
    const own = layerRange(frame);
    if (own === null) return null;
    if (mode === "global") return globalRange(figure, own);
    if (mode === "layer") return { low: own[0], high: own[1], note: "one scale for the layer" };
    const key = keyOf(figure);
    const kept = this.kept.get(key) ?? {
      low: own[0],
      high: own[1],
      note: `fixed as at step ${frame.step}`,
    };
    this.kept.set(key, kept);
    return kept;
  }
}

function globalRange(figure: Figure, own: readonly [number, number]): SharedRange {
  const most = figure.facts[REACH];
  const reach = typeof most === "number" ? most : Math.max(...own.map(Math.abs));
  return { low: own[0] < 0 ? -reach : 0, high: reach, note: "one scale for all layers" };
}

/** The same for figures that are comparable over time: of one layer, channel and size. */
function keyOf({ facts, ...figure }: Figure): string {
  const size = figure.type === "images" ? figure.images.values.shape : [];
  return [facts["layer"], facts["show"], facts["channel"], ...size].join("/");
}

/** Between which ends bars are drawn, in words: they have no colours to tell it. */
export function barsTold(figure: Figure, frame: FigureFrame, range: SharedRange | null): string {
  if (figure.type !== "bars") return "";
  const { low, high } = range ?? figure;
  const values = extremes(frame.data.array(figure.values));
  const cut = values[0] < low || values[1] > high ? ", some beyond" : "";
  const note = range === null ? "" : `, ${range.note}`;
  return `bars from ${short(low)} to ${short(high)}${note}${cut}`;
}

/** The channels that filters look at, all of them first; none where there is nothing to choose. */
export function channelsOf(
  figure: Figure,
): readonly { readonly value: string; readonly label: string }[] {
  const count = figure.facts["channels"];
  if (typeof count !== "number" || count < 2) return [];
  const colours = count === 3 ? ["red", "green", "blue"] : [];
  return [
    { value: "", label: count === 3 ? "in colour" : `from all ${count}, mean` },
    ...Array.from({ length: count }, (_, at) => ({
      value: String(at),
      label: `from ${colours[at] ?? `channel ${at}`}`,
    })),
  ];
}
