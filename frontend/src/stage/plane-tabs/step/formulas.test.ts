import { describe, expect, it } from "vitest";

import type { FigureFrame } from "../../../state/watch.svelte";
import { FrameData } from "../../../wire/frame";
import type { TableFigure } from "../../../wire/protocol";
import type { STAGES } from "./data";
import { numbersOf, type StepNumbers } from "./data";
import { linesOf } from "./formulas";
import { inputTex } from "./names";
import { cell, chosen, plain, signed } from "./numbers";

type Cells = TableFigure["rows"];

function table(rows: Cells, facts: TableFigure["facts"] = {}): TableFigure {
  const rest = { title: "", caption: "", alt: "", warnings: [], columns: [] };
  return { type: "table", ...rest, facts, rows };
}

const FACTS = {
  ...{ step: 812, layer: "hidden1", unit: 1, samples: 1, activation: "tanh", z: 0.84, a: 0.6858 },
  ...{ "f'(z)": 0.5297, kept: 1, delta: -0.0212, "dC/da": -0.04, b: 0.1, "new b": 0.1006 },
  ...{ loss: 0.05, "loss function": "squared", output: "tanh", target: 1, class: "blue" },
  ...{ x1: 1.2, x2: -2, optimizer: "sgd", lr: 0.03, momentum: 0, l1: 0, l2: 0.003, frozen: "no" },
};
const NEURON = table(
  [
    ["x1", 1.2, 0.31, 0.372, -0.02544, 0.00093, 0.31074],
    ["sin_x2", -0.909, -0.405, 0.368, 0.0193, -0.0012, -0.4055],
  ],
  FACTS,
);
const BLAME = table([["output:0", 0.2, -0.2, -0.04]]);
const ALL = table([
  ["hidden1", 0, 0.1, 0.1, 0.9, 0.3],
  ["hidden1", 1, 0.84, 0.6858, 0.5297, -0.0212],
  ["output", 0, 0.8291, 0.68, 0.5376, -0.2],
]);

function frameOf(...figures: TableFigure[]): FigureFrame {
  return { figures, data: FrameData.empty, run: 1, step: 812, final: true, computeMs: 1 };
}

function numbers(changes: Partial<StepNumbers> = {}): StepNumbers {
  const found = numbersOf(frameOf(NEURON, BLAME, ALL));
  if (found === null) throw new Error("no numbers");
  return { ...found, ...changes };
}

/** What stands in a line, without the colours. */
function bare(text: string): string {
  return text.replace(/\\htmlClass\{(?:pos|neg)\}\{((?:[^{}]|\{[^{}]*\})*)\}/g, "$1");
}

describe("numbers", () => {
  it("are read from the tables of the inspector", () => {
    const found = numbers();
    expect(found).toMatchObject({ step: 812, unit: 1, delta: -0.0212, target: 1, isLast: false });
    expect(found.inputs[1]).toMatchObject({ name: "sin_x2", w: -0.405, next: -0.4055 });
    expect(found.outputs).toEqual([{ z: 0.8291, a: 0.68 }]);
    expect(numbersOf(frameOf(NEURON))).toBeNull();
    const broken = table([], { ...FACTS, z: "nan" });
    expect(numbersOf(frameOf(broken, BLAME, ALL))?.z).toBeNaN();
  });

  it("keep their width and carry their sign", () => {
    expect(bare(signed(0.31))).toBe("{+}0.310");
    expect(signed(-0.5)).toContain("\\htmlClass{neg}{{-}0.500}");
    expect(bare(signed(-12.34))).toBe("{-}12.34");
    expect(bare(signed(0.00003))).toBe("{+}3.0{\\cdot}10^{-5}");
    expect([plain(0.5), chosen(0.03), cell(-0.25), cell(NaN)]).toEqual([
      "0.500",
      "0.03",
      "−0.2500",
      "NaN",
    ]);
  });

  it("name features and neurons as a formula does", () => {
    expect(["x1_squared", "hidden1:2", "cos_x2"].map(inputTex)).toEqual([
      "x_1^2",
      "a_{3}",
      "\\cos x_2",
    ]);
  });
});

describe("lines", () => {
  const written = (stage: (typeof STAGES)[number], changes: Partial<StepNumbers> = {}) =>
    Object.fromEntries(
      linesOf(stage, numbers(changes), 0, 4).map((line) => [line.key, bare(line.numbers)]),
    );

  it("spell out z and a", () => {
    const { z, a } = written("forward");
    expect(z).toContain("({+}0.310)({+}1.200)+({-}0.405)({-}0.909)+{+}0.100");
    expect(z).toContain("\\boldsymbol{{+}0.840}");
    expect(a).toBe("= \\tanh({+}0.840) = \\boldsymbol{{+}0.686}");
  });

  it("spell out the loss of a sample, and of a batch as a mean", () => {
    expect(written("loss")["C"]).toContain("\\big({+}0.680-({+}1.000)\\big)^2");
    const entropy = { lossName: "cross_entropy", squash: "sigmoid", target: 0 };
    expect(written("loss", entropy)["C"]).toContain("-\\ln(1-0.680)");
    expect(written("loss", { samples: 10, target: null })).toMatchObject({ m: "= 10" });
  });

  it("spell out delta by the next layer, or at the output", () => {
    const hidden = written("backward");
    expect(hidden["delta"]).toContain("({+}0.200)({-}0.200)");
    expect(hidden["delta"]).toContain("({-}0.0400)(0.530) = \\boldsymbol{{-}0.0212}");
    expect(hidden["dw"]).toContain("({+}1.200)({-}0.0212)");
    const last = {
      isLast: true,
      lossName: "cross_entropy",
      activation: "sigmoid",
      a: 0.7,
      delta: -0.3,
    };
    expect(written("backward", last)["delta"]).toBe("= 0.700-1.000 = \\boldsymbol{{-}0.3000}");
    const mean = written("backward", { samples: 10, target: null });
    expect(mean["delta"]).toContain("\\frac1m\\sum");
    expect(mean["dw"]).not.toContain("1.200");
  });

  it("spell out the update by the rule of the optimizer", () => {
    expect(written("update")["w_{1}"]).toContain("{+}0.31000 - 0.03\\,({-}0.0245)");
    const adam = written("update", { optimizer: "adam" });
    expect(adam["w_{1}"]).toContain("{+}0.31000 + (");
    expect(written("update", { frozen: true })["rule"]).toBe("\\text{frozen}");
    const [gradient] = linesOf("update", numbers(), 0, 4);
    expect(gradient?.letters).toContain("+ 0.003\\,w_j");
  });

  it("leave out the middle of many inputs", () => {
    const [input] = numbers().inputs;
    const many = Array.from({ length: 20 }, () => input ?? numbers().inputs[0]).filter(
      (each) => each !== undefined,
    );
    expect(written("forward", { inputs: many })["z"]).toContain("\\cdots");
  });
});
