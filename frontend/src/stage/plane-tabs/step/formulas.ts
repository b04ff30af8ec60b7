/** The formulas of each stage, once with letters and once with the numbers of this very neuron. */

import type { Input, StageName, StepNumbers } from "./data";
import { lossLines, type Line } from "./loss";
import { applied, inputTex, isIdentity, ruleTex, slopeTex } from "./names";
import { chosen, plain, signed } from "./numbers";

const MOST_TERMS = 8;
/** Decimals of gradients, and of weights that move by little. */
const PLACES = 4;
const MOVED_PLACES = 5;
/** The mean over a batch is written with a bar. */
const bar = (text: string, numbers: StepNumbers): string =>
  numbers.samples > 1 ? `\\overline{${text}}` : text;

export function linesOf(
  stage: StageName,
  numbers: StepNumbers,
  focus: number,
  perRow: number,
): readonly Line[] {
  switch (stage) {
    case "forward":
      return forward(numbers, perRow);
    case "loss":
      return lossLines(numbers);
    case "backward":
      return backward(numbers, focus, perRow);
    case "update":
      return update(numbers, focus);
    default:
      return stage satisfies never;
  }
}

/** Products in rows of a few, the middle left out where there are too many, then what they give. */
function summed(
  pairs: readonly (readonly [number, number])[],
  tail: readonly string[],
  perRow: number,
): string {
  const product = ([first, second]: readonly [number, number]): string =>
    `(${signed(first)})(${signed(second)})`;
  const shown =
    pairs.length <= MOST_TERMS
      ? pairs.map(product)
      : [
          ...pairs.slice(0, MOST_TERMS - 2).map(product),
          "\\cdots",
          product(pairs.at(-1) ?? [0, 0]),
        ];
  const terms = [...shown, ...tail];
  const rows: string[] = [];
  for (let from = 0; from < terms.length; from += perRow) {
    rows.push(terms.slice(from, from + perRow).join("+"));
  }
  return rows.map((row, index) => (index === 0 ? `&= ${row}` : `&\\quad{}+${row}`)).join(" \\\\ ");
}

function aligned(...rows: readonly string[]): string {
  return `\\begin{aligned}${rows.join(" \\\\ ")}\\end{aligned}`;
}

function forward(numbers: StepNumbers, perRow: number): Line[] {
  const { inputs, b, z, a, activation } = numbers;
  const first = inputs.every(({ name }) => !name.includes(":"));
  const letter = first ? "x_j" : "a_j";
  const pairs = inputs.map((input) => [input.w, input.a] as const);
  const tail = b === null ? [] : [signed(b)];
  const onlyZ = isIdentity(activation);
  return [
    {
      key: "z",
      letters: `${bar("z", numbers)} = \\sum_j w_j\\,${bar(letter, numbers)} + b`,
      numbers: aligned(summed(pairs, tail, perRow), `&= \\boldsymbol{${signed(z)}}`),
      label: `z is the sum of weights times inputs, plus the bias: ${z.toPrecision(4)}.`,
    },
    {
      key: "a",
      letters: `${bar("a", numbers)} = ${bar(applied(activation, "z"), numbers)}`,
      numbers:
        onlyZ || numbers.samples > 1 || activation === "softmax"
          ? `= \\boldsymbol{${signed(a)}}`
          : `= ${applied(activation, signed(z))} = \\boldsymbol{${signed(a)}}`,
      label: `a is f of z: ${a.toPrecision(4)}.`,
    },
  ];
}

function backward(numbers: StepNumbers, focus: number, perRow: number): Line[] {
  const { delta, inputs } = numbers;
  const input = inputs[focus] ?? inputs[0];
  const lines: Line[] = [
    numbers.isLast ? outputDelta(numbers) : hiddenDelta(numbers, perRow),
    {
      key: "db",
      letters: "\\frac{\\partial C}{\\partial b} = " + bar("\\delta", numbers),
      numbers: `= \\boldsymbol{${signed(delta, PLACES)}}`,
      label: `The gradient of the bias is ${delta.toPrecision(3)}.`,
    },
  ];
  if (input !== undefined) lines.splice(1, 0, weightGradient(numbers, input, focus));
  return lines;
}

function weightGradient(numbers: StepNumbers, input: Input, focus: number): Line {
  const j = focus + 1;
  const name = inputTex(input.name);
  const whole =
    numbers.samples > 1 ? "" : `(${signed(input.a)})(${signed(numbers.delta, PLACES)}) = `;
  return {
    key: "dw",
    letters: `\\frac{\\partial C}{\\partial w_{${j}}} = ${bar(`${name}\\,\\delta`, numbers)}`,
    numbers: `= ${whole}\\boldsymbol{${signed(input.gradient, PLACES)}}`,
    label: `The gradient of weight ${j} is ${input.gradient.toPrecision(3)}.`,
  };
}

function hiddenDelta(numbers: StepNumbers, perRow: number): Line {
  const { behind, dCda, slope, delta, samples, kept, activation } = numbers;
  const sum = "\\Big(\\sum_k w_k\\,\\delta_k\\Big) f'(z)";
  const label = `Delta, blamed by the next layer, is ${delta.toPrecision(3)}.`;
  const value = `\\boldsymbol{${signed(delta, PLACES)}}`;
  if (samples > 1) {
    // A mean of products is not the product of the means, so no means are put in.
    const mean = `= \\frac1m\\sum_{i=1}^{m} \\delta^{(i)} = ${value}`;
    return {
      key: "delta",
      letters: `\\overline{\\delta} = \\overline{${sum}}`,
      numbers: mean,
      label,
    };
  }
  const pairs = behind.map(({ w, delta: d }) => [w, d] as const);
  const terms = summed(pairs, [], Math.max(1, perRow - 1)).replace("&= ", "&= \\Big[");
  const factor = slopeTex(activation);
  const last = `&= (${signed(dCda ?? NaN, PLACES)})(${plain(slope ?? NaN)}) = ${value}`;
  const off = kept === 0 ? "&\\quad\\text{(switched off)}" : "";
  const rows = [
    `${terms}\\Big]\\,${factor === "1" ? "" : factor.replace(/^(?!\[|f).*/, "($&)")}`,
    last,
    off,
  ];
  return {
    key: "delta",
    letters: `\\delta = ${sum}`,
    numbers: aligned(...rows.filter(Boolean)),
    label,
  };
}

function outputDelta(numbers: StepNumbers): Line {
  const { delta, slope, dCda, a, target, activation, lossName, samples } = numbers;
  const label = `Delta of the output is ${delta.toPrecision(3)}.`;
  const value = `\\boldsymbol{${signed(delta, PLACES)}}`;
  const entropy = lossName === "cross_entropy";
  const letters = entropy ? "\\delta = a-y" : "\\delta = \\frac{\\partial C}{\\partial a}\\,f'(z)";
  if (samples > 1 || target === null || slope === null || dCda === null) {
    const shown = entropy && samples === 1 && target !== null;
    const before = shown ? `${plain(a)}-${plain(target)} = ` : "";
    return { key: "delta", letters: bar(letters, numbers), numbers: `= ${before}${value}`, label };
  }
  const inside = entropy
    ? `${plain(a)}-${plain(target)}`
    : `(${signed(dCda)})(${isIdentity(activation) ? "1" : plain(slope)})`;
  return { key: "delta", letters, numbers: `= ${inside} = ${value}`, label };
}

function update(numbers: StepNumbers, focus: number): Line[] {
  const { inputs, optimizer, momentum, b, nextB, delta, rate, frozen } = numbers;
  const input = inputs[focus] ?? inputs[0];
  const lines: Line[] = [
    {
      key: "g",
      letters: gradientTex(numbers),
      numbers: input === undefined ? "" : `= ${signed(input.gradient + input.penalty, PLACES)}`,
      label: "The gradient with its penalties.",
    },
    {
      key: "rule",
      letters: frozen ? "w_j \\leftarrow w_j" : ruleTex(optimizer, momentum),
      numbers: frozen ? "\\text{frozen}" : `\\eta = ${chosen(rate)}`,
      label: frozen ? "Frozen: it stays." : `The rule of ${optimizer}.`,
    },
  ];
  if (input !== undefined) {
    lines.push(moved(`w_{${focus + 1}}`, input.w, input.next, input.gradient + input.penalty));
  }
  if (b !== null && nextB !== null) lines.push(moved("b", b, nextB, delta));
  return lines;

  function moved(name: string, from: number, to: number, gradient: number): Line {
    const isPlain = optimizer === "sgd" && momentum === 0 && !frozen;
    const way = isPlain
      ? `${signed(from, MOVED_PLACES)} - ${chosen(rate)}\\,(${signed(gradient, PLACES)})`
      : `${signed(from, MOVED_PLACES)} + (${signed(to - from, MOVED_PLACES)})`;
    return {
      key: name,
      letters: `${name} \\leftarrow`,
      numbers: `${way} = \\boldsymbol{${signed(to, MOVED_PLACES)}}`,
      label: `From ${from.toPrecision(4)} to ${to.toPrecision(4)}.`,
    };
  }
}

function gradientTex({ l1, l2 }: StepNumbers): string {
  const penalties = [
    ...(l1 > 0 ? [`+ ${chosen(l1)}\\operatorname{sign} w_j`] : []),
    ...(l2 > 0 ? [`+ ${chosen(l2)}\\,w_j`] : []),
  ];
  return `g_j = \\frac{\\partial C}{\\partial w_j}${penalties.join("")}`;
}
