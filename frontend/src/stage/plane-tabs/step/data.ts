/** One step at one neuron, read from the tables that the inspector `backprop` yields. */

import type { FigureFrame } from "../../../state/watch.svelte";

export interface Input {
  /** A feature (`x1_squared`) or a neuron of the layer before (`hidden1:0`). */
  readonly name: string;
  readonly a: number;
  readonly w: number;
  readonly product: number;
  readonly gradient: number;
  readonly penalty: number;
  readonly next: number;
}

export interface Blame {
  readonly w: number;
  readonly delta: number;
  readonly product: number;
}

export interface Output {
  readonly z: number;
  readonly a: number;
}

export interface StepNumbers {
  readonly step: number;
  readonly layer: string;
  readonly unit: number;
  readonly samples: number;
  /** `tanh`, `relu`, ...; for an output what the loss makes of it. */
  readonly activation: string;
  readonly z: number;
  readonly a: number;
  readonly slope: number | null;
  readonly kept: number;
  readonly delta: number;
  readonly dCda: number | null;
  readonly b: number | null;
  readonly nextB: number | null;
  readonly loss: number;
  readonly lossName: string;
  /** What the loss makes of the last z before it compares: `tanh`, `sigmoid`, `softmax`, `linear`. */
  readonly squash: string;
  /** Of one sample; null for a batch. */
  readonly target: number | null;
  readonly className: string;
  readonly place: readonly [number, number] | null;
  readonly optimizer: string;
  readonly rate: number;
  readonly momentum: number;
  readonly l1: number;
  readonly l2: number;
  readonly frozen: boolean;
  readonly inputs: readonly Input[];
  /** What each neuron of the next layer passes back; empty for an output. */
  readonly behind: readonly Blame[];
  /** The last layer, as the loss sees it. */
  readonly outputs: readonly Output[];
  readonly isLast: boolean;
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

export function numbersOf(frame: FigureFrame | null): StepNumbers | null {
  const [neuron, blame, everyone] = frame?.figures ?? [];
  if (neuron?.type !== "table" || blame?.type !== "table" || everyone?.type !== "table")
    return null;
  const { facts } = neuron;
  const text = (key: string): string => String(facts[key] ?? "");
  const last = everyone.rows.at(-1)?.[0];
  const x1 = optional(facts["x1"]);
  return {
    step: numberOf(facts["step"]),
    layer: text("layer"),
    unit: numberOf(facts["unit"]),
    samples: numberOf(facts["samples"]),
    activation: text("activation"),
    z: numberOf(facts["z"]),
    a: numberOf(facts["a"]),
    slope: optional(facts["f'(z)"]),
    kept: numberOf(facts["kept"]),
    delta: numberOf(facts["delta"]),
    dCda: optional(facts["dC/da"]),
    b: optional(facts["b"]),
    nextB: optional(facts["new b"]),
    loss: numberOf(facts["loss"]),
    lossName: text("loss function"),
    squash: text("output"),
    target: optional(facts["target"]),
    className: text("class"),
    place: x1 === null ? null : [x1, numberOf(facts["x2"])],
    optimizer: text("optimizer"),
    rate: numberOf(facts["lr"]),
    momentum: optional(facts["momentum"]) ?? 0,
    l1: numberOf(facts["l1"]),
    l2: numberOf(facts["l2"]),
    frozen: facts["frozen"] === "yes",
    inputs: neuron.rows.map(([name, a, w, product, gradient, penalty, next]) => ({
      name: String(name),
      a: numberOf(a),
      w: numberOf(w),
      product: numberOf(product),
      gradient: numberOf(gradient),
      penalty: numberOf(penalty),
      next: numberOf(next),
    })),
    behind: blame.rows.map(([, w, delta, product]) => ({
      w: numberOf(w),
      delta: numberOf(delta),
      product: numberOf(product),
    })),
    outputs: everyone.rows
      .filter(([layer]) => layer === last)
      .map(([, , z, a]) => ({ z: numberOf(z), a: numberOf(a) })),
    isLast: text("layer") === last,
  };
}

export const STAGES = ["forward", "loss", "backward", "update"] as const;
export type StageName = (typeof STAGES)[number];
