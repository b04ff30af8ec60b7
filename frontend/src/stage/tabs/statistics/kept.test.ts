import { expect, it } from "vitest";

import { History } from "./kept.svelte";

it("keeps one value for each step, and begins anew with a run or a step taken back", () => {
  const history = new History<string>();
  history.add(1, 10, "a");
  history.add(1, 20, "b");
  history.add(1, 20, "c");
  expect(history.entries.map(({ step, value }) => [step, value])).toEqual([
    [10, "a"],
    [20, "c"],
  ]);
  history.add(1, 5, "d");
  expect(history.from).toBe(5);
  history.add(2, 9, "e");
  expect(history.entries).toEqual([{ step: 9, value: "e", begins: false }]);
});

it("marks where it goes on after nobody watched, and thinning leaves the mark", () => {
  const history = new History<number>(20);
  history.add(1, 0, 0);
  history.add(1, 1, 1);
  history.pause();
  history.add(1, 7, 7);
  for (let step = 8; step < 100; step++) history.add(1, step, step);
  const begun = history.entries.filter(({ begins }) => begins).map(({ step }) => step);
  expect(begun).toEqual([0, 7]);
  expect(history.entries.length).toBeLessThanOrEqual(20);
  expect(history.entries.at(-1)?.step).toBe(99);
});
