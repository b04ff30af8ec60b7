/** The loss of two sessions as one lines figure, so that it is drawn as every other figure is. */

import { FrameData } from "../../wire/frame";
import type { ArrayRef, Figure, Series } from "../../wire/protocol";

export interface Curve {
  readonly label: string;
  readonly role: Series["role"];
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** More points than this on a chart of this width are not seen. */
const MOST_POINTS = 2_000;

/** Return a figure of the curves with its arrays; rows without a value are left out. */
export function figureOf(
  curves: readonly Curve[],
  title: string,
  scale: "linear" | "log",
): { figure: Figure; data: FrameData } {
  const arrays: Float32Array[] = [];
  let end = 0;
  const place = (numbers: readonly number[]): ArrayRef => {
    const ref: ArrayRef = { dtype: "f4", shape: [numbers.length], offset: end };
    arrays.push(Float32Array.from(numbers));
    end += Math.ceil((numbers.length * 4) / 8) * 8;
    return ref;
  };
  const series = curves.map(({ label, role, steps, values }): Series => {
    const rows = thinned(finiteRows(values));
    const x = place(rows.map((row) => steps[row] ?? 0));
    return { label, role, x, y: place(rows.map((row) => values[row] ?? 0)) };
  });
  const buffer = new ArrayBuffer(end);
  series
    .flatMap(({ x, y }) => [x, y])
    .forEach((ref, index) => {
      new Float32Array(buffer, ref.offset, ref.shape[0]).set(arrays[index] ?? []);
    });
  const figure: Figure = {
    type: "lines",
    title,
    caption: "",
    alt: `${title} of ${curves.map(({ label }) => label).join(" and ")}.`,
    facts: {},
    warnings: [],
    x: { label: "step", unit: "", scale: "linear" },
    y: { label: "", unit: "", scale },
    series,
    marks: [],
  };
  return { figure, data: new FrameData(buffer, 0) };
}

function finiteRows(values: ArrayLike<number>): number[] {
  const rows: number[] = [];
  for (let row = 0; row < values.length; row += 1) {
    if (Number.isFinite(values[row])) rows.push(row);
  }
  return rows;
}

function thinned(rows: readonly number[]): readonly number[] {
  const every = Math.ceil(rows.length / MOST_POINTS);
  return every <= 1 ? rows : rows.filter((_, index) => index % every === 0);
}
