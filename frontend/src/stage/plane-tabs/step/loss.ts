/** The loss in letters and in numbers, and what one row of formulas is. */

import type { StepNumbers } from "./data";
import { applied } from "./names";
import { plain, signed } from "./numbers";

/** One row: what holds in letters, and what that is in numbers. */
export interface Line {
  readonly key: string;
  readonly letters: string;
  readonly numbers: string;
  /** The row in words. */
  readonly label: string;
}

/** The output as the loss sees it, and the loss; for a batch the mean of the losses. */
export function lossLines(numbers: StepNumbers): Line[] {
  const { loss: value, samples, outputs, target } = numbers;
  const words = `The loss is ${value.toPrecision(4)}.`;
  const total = `= \\boldsymbol{${plain(value)}}`;
  if (samples > 1 || target === null) {
    const letters = "C = \\frac1m\\sum_{i=1}^{m} C_i";
    const count = { key: "m", letters: "m", numbers: `= ${samples}`, label: `${samples} samples.` };
    return [count, { key: "C", letters, numbers: total, label: words }];
  }
  const listed = outputs.slice(0, 6).map(({ a }) => signed(a));
  const shown = outputs.length === 1 ? (listed[0] ?? "") : `(${listed.join(",\\;")})`;
  const { squash } = numbers;
  const output = {
    key: "aL",
    letters: `a^L = ${applied(squash, "z^L")}`,
    numbers: `= ${shown}`,
    label: `The output is ${outputs.map(({ a }) => a.toPrecision(3)).join(", ")}.`,
  };
  const [letters, inside] = lossTex(numbers);
  return [output, { key: "C", letters, numbers: `${inside} ${total}`, label: words }];
}

function lossTex(numbers: StepNumbers): readonly [string, string] {
  const { lossName, outputs, target, squash } = numbers;
  const a = outputs[0]?.a ?? NaN;
  const t = target ?? 0;
  if (lossName === "squared") {
    if (squash === "softmax") return ["C = \\tfrac12\\sum_k (a_k-y_k)^2", ""];
    return ["C = \\tfrac12\\,(a^L-t)^2", `= \\tfrac12\\,\\big(${signed(a)}-(${signed(t)})\\big)^2`];
  }
  if (lossName === "cross_entropy") {
    if (squash === "softmax") return ["C = -\\ln a_y", ""];
    const inside = t > 0.5 ? `\\ln(${plain(a)})` : `\\ln(1-${plain(a)})`;
    return ["C = -y\\ln a^L-(1-y)\\ln(1-a^L)", `= -${inside}`];
  }
  const name = `C = \\mathcal{L}_{\\text{${lossName.replace(/_/g, " ")}}}(a^L, t)`;
  if (outputs.length > 1) return [name, ""];
  return [name, `= \\mathcal{L}(${signed(a)},\\,${signed(t)})`];
}
