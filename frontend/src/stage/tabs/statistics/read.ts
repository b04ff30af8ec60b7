/** Statistics of layers as figures bring them. */

import type { FigureFrame } from "../../../state/watch.svelte";
import type { Distribution } from "../../../draw/overtime";

/** Of one layer, by what it is; null where it has no meaning. */
export type Numbers = Readonly<Record<string, number | null>>;
/** By layer. */
export type LayerNumbers = ReadonlyMap<string, Numbers>;
/** By layer. */
export type Distributions = ReadonlyMap<string, Distribution>;

export function isDistribution(of: Distribution | Numbers | undefined): of is Distribution {
  return of !== undefined && typeof of["counts"] === "object";
}

/** The rows of a table of that title; null where there is none. */
export function numbersOf(frame: FigureFrame, title: string): LayerNumbers | null {
  const table = frame.figures.find((figure) => figure.title === title);
  if (table?.type !== "table") return null;
  return new Map(
    table.rows.map(([layer, ...values]) => [
      String(layer),
      Object.fromEntries(
        values.map((value, place) => [
          table.columns[place + 1] ?? "",
          typeof value === "number" ? value : null,
        ]),
      ),
    ]),
  );
}

/** Copies of the histograms of a figure of that title; null where there is none. */
export function distributionsOf(frame: FigureFrame, title: string): Distributions | null {
  const figure = frame.figures.find((each) => each.title === title);
  if (figure?.type !== "histogram") return null;
  return new Map(
    figure.series.map(({ label, edges, counts }) => {
      const ends = frame.data.array(edges);
      return [
        label.replace(/\.weight$/, ""),
        {
          low: ends[0] ?? 0,
          high: ends[ends.length - 1] ?? 1,
          counts: Float32Array.from(frame.data.array(counts)),
        },
      ];
    }),
  );
}

/** At most so many of the names, evenly spaced, the first and the last among them. */
export function spread(names: readonly string[], most: number): readonly string[] {
  if (names.length <= most) return names;
  return Array.from(
    { length: most },
    (_, place) => names[Math.round((place * (names.length - 1)) / (most - 1))] ?? "",
  );
}
