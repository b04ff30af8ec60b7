/** How one number came about, as formulas with its numbers. */

import type { PositionNumbers } from "./numbers";

export interface Line {
  readonly tex: string;
  /** The formula in words. */
  readonly label: string;
}

export function linesOf(numbers: PositionNumbers): Line[] {
  const lines = [first(numbers)];
  let before = "z";
  if (numbers.norm !== null) {
    lines.push({
      tex: `y = ${normed(numbers)}${set(numbers.norm)}`,
      label: `y, z after its normalisation, is ${say(numbers.norm)}`,
    });
    before = "y";
  }
  if (numbers.activation !== null) {
    const { name, value } = numbers.activation;
    const given = numbers.norm ?? numbers.z;
    lines.push({
      tex: `a = \\operatorname{${name.replace(/[^A-Za-z0-9]/g, "")}}(${before}) = \\operatorname{${name.replace(/[^A-Za-z0-9]/g, "")}}(${set(given)}) = ${set(value)}`,
      label: `a is ${name} of ${before}: ${say(value)}`,
    });
  }
  return lines;
}

function first(numbers: PositionNumbers): Line {
  const { z, b, sum, products, terms } = numbers;
  if (products !== null && products.winner !== null)
    return { tex: `z = \\max x = ${set(z)}`, label: `z, the largest, is ${say(z)}` };
  if (sum !== null && numbers.kind === "pool")
    return {
      tex: `z = \\frac{1}{n} \\sum x = ${set(z)}`,
      label: `z, the mean, is ${say(z)}`,
    };
  if (sum !== null) {
    const bias = b === null ? "" : ` + b = ${set(sum)} + ${bracketed(b)}`;
    return {
      tex: `z = \\sum w \\cdot x${bias} = ${set(z)}`,
      label: `z, the sum of products${b === null ? "" : " and the bias"}, is ${say(z)}`,
    };
  }
  const sign = { add: " + ", multiply: " \\cdot " }[numbers.kind];
  const parts = terms.map(({ x }) => bracketed(x ?? NaN));
  const made = sign === undefined || parts.length < 2 ? "" : `${parts.join(sign)} = `;
  return { tex: `z = ${made}${set(z)}`, label: `z is ${say(z)}` };
}

function normed({ batch, z }: PositionNumbers): string {
  if (batch === null) return "\\operatorname{norm}(z) = ";
  const { gamma, mean, variance, beta } = batch;
  const general = "\\gamma\\,\\frac{z - \\mu}{\\sqrt{\\sigma^2 + \\epsilon}} + \\beta";
  const here = `${say(gamma)} \\cdot \\frac{${say(z)} - ${bracketed(mean)}}{\\sqrt{${say(variance)}}}`;
  return `${general} = ${here} + ${bracketed(beta)} = `;
}

/** A number with its sign's colour, four digits. */
export function set(value: number): string {
  const text = say(value).replace("e", "\\mathrm{e}");
  return value === 0 ? text : `\\htmlClass{${value < 0 ? "neg" : "pos"}}{${text}}`;
}

function bracketed(value: number): string {
  return value < 0 ? `(${set(value)})` : set(value);
}

function say(value: number): string {
  if (!Number.isFinite(value))
    return Number.isNaN(value) ? "?" : value > 0 ? "\\infty" : "-\\infty";
  const size = Math.abs(value);
  // Four digits behind the point, as far as they say something.
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4);
}
