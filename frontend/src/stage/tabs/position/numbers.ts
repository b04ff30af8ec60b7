/** One number of a layer taken apart, read from the figures of the inspector `position`. */

import type { FigureFrame } from "../../../state/watch.svelte";
import type { HeatmapFigure } from "../../../wire/protocol";

export interface Step {
  readonly name: string;
  readonly formula: string;
  readonly value: number;
}

/** What a window covers and what it is multiplied with, channel after channel. */
export interface Products {
  readonly patch: ArrayLike<number>;
  readonly kernel: ArrayLike<number>;
  /** Of each channel. */
  readonly sums: readonly number[];
  readonly firstChannel: number;
  readonly height: number;
  readonly width: number;
  /** Place of the largest in the window, for max pooling. */
  readonly winner: number | null;
  /** Whether a cell of the window lies beyond the edge of the input. */
  isOutside(cell: number): boolean;
}

export interface BatchNumbers {
  readonly gamma: number;
  readonly mean: number;
  readonly variance: number;
  readonly beta: number;
}

export interface Term {
  readonly name: string;
  readonly x: number | null;
  readonly w: number | null;
  readonly product: number | null;
}

export interface PositionNumbers {
  readonly layer: string;
  readonly kind: string;
  readonly operation: string;
  readonly step: number;
  readonly steps: readonly Step[];
  readonly z: number;
  readonly b: number | null;
  readonly sum: number | null;
  readonly norm: number | null;
  /** Of a batch normalisation; null for others. */
  readonly batch: BatchNumbers | null;
  /** Behind the non-linearity, with its name; null where there is none. */
  readonly activation: { readonly name: string; readonly value: number } | null;
  readonly products: Products | null;
  readonly terms: readonly Term[];
}

type Cell = string | number | null | undefined;

/** Numbers that cannot travel as such come as words, `nan` or `inf`. */
function numberOf(cell: Cell): number {
  if (typeof cell === "number") return cell;
  if (cell === "inf") return Infinity;
  return cell === "-inf" ? -Infinity : NaN;
}

function optional(cell: Cell): number | null {
  return cell === undefined || cell === null ? null : numberOf(cell);
}

export function positionOf(frame: FigureFrame | null): PositionNumbers | null {
  const [steps, second, third, fourth] = frame?.figures ?? [];
  if (frame === null || steps?.type !== "table" || second === undefined) return null;
  const { facts } = steps;
  const activation = optional(facts["a"]);
  return {
    layer: String(facts["layer"] ?? ""),
    kind: String(facts["kind"] ?? ""),
    operation: String(facts["operation"] ?? ""),
    step: numberOf(facts["step"]),
    steps: steps.rows.map(([name, formula, value]) => ({
      name: String(name),
      formula: String(formula),
      value: numberOf(value),
    })),
    z: numberOf(facts["z"]),
    b: optional(facts["b"]),
    sum: optional(facts["sum"]),
    norm: optional(facts["norm"]),
    batch:
      facts["gamma"] === undefined
        ? null
        : {
            gamma: numberOf(facts["gamma"]),
            mean: numberOf(facts["mean"]),
            variance: numberOf(facts["variance"]),
            beta: numberOf(facts["beta"]),
          },
    activation:
      activation === null ? null : { name: String(facts["a by"] ?? "f"), value: activation },
    products:
      second.type === "heatmap" && third?.type === "heatmap" && fourth?.type === "table"
        ? productsOf(
            frame,
            [second, third],
            fourth.rows.map(([, sum]) => numberOf(sum)),
            facts,
          )
        : null,
    terms: second.type === "table" ? second.rows.map(termOf) : [],
  };
}

function termOf([name, x, w, product]: readonly Cell[]): Term {
  return { name: String(name), x: optional(x), w: optional(w), product: optional(product) };
}

function productsOf(
  frame: FigureFrame,
  [patch, kernel]: readonly [HeatmapFigure, HeatmapFigure],
  sums: readonly number[],
  facts: Readonly<Record<string, Cell>>,
): Products {
  const of = (name: string): number => numberOf(facts[name]);
  const width = of("kernel width");
  return {
    patch: frame.data.array(patch.values),
    kernel: frame.data.array(kernel.values),
    sums,
    firstChannel: of("first channel"),
    height: of("kernel height"),
    width,
    winner: optional(facts["winner"]),
    isOutside(cell) {
      const row = of("top") + Math.floor(cell / width) * of("row step");
      const column = of("left") + (cell % width) * of("column step");
      const isInside = row >= 0 && row < of("input height");
      return !isInside || column < 0 || column >= of("input width");
    },
  };
}

/** The channels that count most, first; at most so many. */
export function loudest(sums: readonly number[], most: number): number[] {
  return [...sums.keys()]
    .sort((one, other) => Math.abs(sums[other] ?? 0) - Math.abs(sums[one] ?? 0))
    .slice(0, most);
}
