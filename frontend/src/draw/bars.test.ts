import { expect, it } from "vitest";

import { labelStep, paintStandingBars, reachOf, type Bars } from "./bars";
import type { Palette } from "./palette";

const bars = (values: readonly number[], low: number, high: number): Bars => ({
  ...{ labels: values.map(String), values, low, high, percent: false, highlight: null },
});

it("bars begin at zero where values have a sign", () => {
  const signed = bars([-1, -0.5, 0, 0.5, 3], -1, 1);
  expect([0, 1, 2, 3, 4].map((index) => reachOf(signed, index))).toEqual([
    [0, 0.5],
    [0.25, 0.5],
    [0.5, 0.5],
    [0.5, 0.75],
    [0.5, 1],
  ]);
  expect(reachOf(bars([0.2], 0, 1), 0)).toEqual([0, 0.2]);
});

it("labels leave each other room", () => {
  expect([labelStep(10, 20), labelStep(20, 13), labelStep(20, 5), labelStep(20, 3)]).toEqual([
    1, 2, 5, 10,
  ]);
});

it("what is below zero is orange and hangs from the line, what is above is blue", () => {
  const drawn: [string, number, number][] = [];
  const words: string[] = [];
  const ctx = {
    fillStyle: "",
    measureText: () => ({ width: 16 }),
    fillText: (text: string) => words.push(text),
    fillRect(_x: number, y: number, _width: number, height: number) {
      drawn.push([this.fillStyle, y, height]);
    },
  };
  const palette = { neg: "orange", pos: "blue", ink2: "ink", zoom: 1 } as Palette;
  const rect = { x: 0, y: 0, width: 26, height: 122 };
  paintStandingBars(
    ctx as unknown as CanvasRenderingContext2D,
    rect,
    bars([-1, 1], -1, 1),
    palette,
  );
  expect(drawn.filter(([color]) => color === "orange")).toEqual([["orange", 50, 50]]);
  expect(drawn.filter(([color]) => color === "blue")).toEqual([["blue", 0, 50]]);
  expect(drawn.at(-1)).toEqual(["ink", 49.5, 1]);
  expect(words).toEqual(["-1"]);
});
