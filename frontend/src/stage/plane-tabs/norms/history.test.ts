import { expect, it } from "vitest";

import type { FigureFrame } from "../../../state/watch.svelte";
import { FrameData } from "../../../wire/frame";
import type { TableFigure } from "../../../wire/protocol";
import { NormHistory, rowsOf } from "./history.svelte";

function frame(step: number, gradient: number, run = 1): FigureFrame {
  const figure: TableFigure = {
    ...{ type: "table", title: "Norms", caption: "", alt: "", facts: {}, warnings: [] },
    columns: ["layer", "gradient", "weights", "update / weights", "dead", "saturated"],
    rows: [
      ["hidden1", gradient, 2, 0.01, 0.25, null],
      ["output", "nan", 1, null, null, null],
    ],
  };
  return { figures: [figure], data: FrameData.empty, run, step, final: true, computeMs: 1 };
}

it("reads every layer, with nothing where a number has no meaning", () => {
  const [hidden, output] = rowsOf(frame(1, 0.5));
  expect(hidden?.values).toMatchObject({ gradient: 0.5, dead: 0.25, saturated: null });
  expect(output?.values).toMatchObject({ gradient: null, "update / weights": null });
  expect(rowsOf(null)).toEqual([]);
});

it("keeps one row for each step, and begins anew with a run or a step taken back", () => {
  const history = new NormHistory();
  [frame(1, 1), frame(5, 2), frame(5, 3)].forEach((each) => history.add(each));
  expect(history.line("hidden1", "gradient")).toEqual({ x: [1, 5], y: [1, 3] });
  expect(history.line("hidden1", "saturated").y).toEqual([NaN, NaN]);
  history.add(frame(2, 9));
  expect(history.line("hidden1", "gradient")).toEqual({ x: [2], y: [9] });
  history.add(frame(8, 4, 2));
  expect([history.from, history.count]).toEqual([8, 1]);
});

it("thins what it keeps, and the newest stays", () => {
  const history = new NormHistory();
  for (let step = 0; step < 5000; step++) history.add(frame(step, step));
  const { x } = history.line("hidden1", "gradient");
  expect(x.length).toBeLessThanOrEqual(1200);
  expect([x[0], x.at(-1)]).toEqual([expect.any(Number), 4999]);
});
