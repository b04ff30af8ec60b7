/** What a sanity check found, read from its figures. */

import type { FigureFrame } from "../../../state/watch.svelte";

/** The series that the sanity check is judged by. */
const JUDGED_BY = "rank correlation of sizes";

/** Likeness with the first map, for each depth. */
export function depthsOf(frame: FigureFrame): readonly number[] {
  const lines = frame.figures.find(({ type }) => type === "lines");
  if (lines?.type !== "lines") return [];
  const series = lines.series.find(({ label }) => label === JUDGED_BY) ?? lines.series[0];
  return series === undefined ? [] : Array.from(frame.data.array(series.y));
}

/** A depth in a few characters: `to block3.conv2` becomes `conv2`. */
export function shortDepth(label: string): string {
  if (!label.startsWith("to ")) return label === "as trained" ? "trained" : label;
  return label.split(".").at(-1)?.replace(/^to /, "") ?? "";
}
