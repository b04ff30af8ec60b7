/** What the statistics of layers can show, and where each comes from. */

import type { Manner } from "../../../draw/overtime";
import type { Statistics } from "./watched";

/** Layers side by side at most: more cannot be told apart. */
export const MOST = 8;

type From = Exclude<keyof Statistics, "add" | "pause">;

export interface Shown {
  readonly value: string;
  readonly label: string;
  readonly help: string;
  /** A line beside the choices. */
  readonly note: string;
  readonly inspector: "layer_stats" | "norms" | "weights";
  readonly from: From;
  /** Of the table's columns, a chart each; empty for histograms. */
  readonly measures: readonly string[];
  /** How histograms are drawn; null for lines. */
  readonly manner: Manner | null;
  readonly isShare: boolean;
  readonly isLog: boolean;
}

const LINES = { measures: [], manner: null, isShare: false, isLog: false } as const;
const OUTPUTS = { ...LINES, inspector: "layer_stats", from: "outputs" } as const;
const FEW = "16 training samples";

export const SHOWN: readonly [Shown, ...Shown[]] = [
  {
    ...{ ...LINES, value: "histogram", label: "activations", manner: "colours" },
    ...{ inspector: "layer_stats", from: "activations" },
    help: "Each column is the histogram of one step: bright where many numbers are",
    note: `${FEW}, bright where many numbers are (logarithm)`,
  },
  {
    ...{ ...OUTPUTS, value: "mean", label: "mean ± deviation", measures: ["mean", "deviation"] },
    help: "Of all that the layer puts out, behind its non-linearity",
    note: FEW,
  },
  {
    ...{ ...OUTPUTS, value: "dead", label: "dead", measures: ["dead", "saturated"] },
    isShare: true,
    help: "Units that are zero for all of them; outputs of tanh or sigmoid within 1 % of their limits",
    note: `units that are zero for all of ${FEW}: no fewer than are dead`,
  },
  {
    ...{ ...LINES, value: "gradient", label: "gradients", measures: ["gradient"], isLog: true },
    ...{ inspector: "norms", from: "norms" },
    help: "Length of the gradient of the next batch, penalties included",
    note: "length of the gradient of the next batch",
  },
  {
    ...{ ...LINES, value: "update", label: "updates", measures: ["update / weights"] },
    ...{ inspector: "norms", from: "norms", isLog: true },
    help: "Length of the next step over the length of the weights; near 0.001 is a rule of thumb",
    note: "length of the next step over that of the weights",
  },
  {
    ...{ ...LINES, value: "weights", label: "weights", manner: "bands" },
    ...{ inspector: "weights", from: "weights" },
    help: "Median, and bands that hold 38, 68, 86 and 98 % of the weights",
    note: "median, and bands that hold 38, 68, 86 and 98 % of the weights",
  },
];
