import { expect, it } from "vitest";

import { answers, isEarlier, isOpen } from "./upkeep";

const ASKED = { armed: true, stopped: false, eager: true, running: true };
const DONE = { ...ASKED, armed: false };

it("a costly map is looked at until it is there, while something trains", () => {
  expect(isOpen(ASKED)).toBe(true);
  expect(isOpen(DONE)).toBe(false);
});

it("while nothing trains it follows single steps, also with a part of it there", () => {
  const paused = { ...DONE, running: false };
  expect(isOpen(paused)).toBe(true);
  expect(isOpen({ ...paused, eager: false })).toBe(false);
});

it("once cancelled it is left until it is asked for again", () => {
  const cancelled = { ...DONE, running: false, stopped: true };
  expect(isOpen(cancelled)).toBe(false);
  expect(isOpen({ ...cancelled, stopped: false, armed: true })).toBe(true);
});

it("a map of an earlier run is no answer, whatever its step", () => {
  const asked = { run: 2, step: 0 };
  expect(answers({ run: 1, step: 500 }, asked, { run: 2, step: 0 })).toBe(false);
  expect(answers({ run: 2, step: 0 }, asked, { run: 2, step: 0 })).toBe(true);
  expect(isEarlier({ run: 1, step: 500 }, { run: 2, step: 0 })).toBe(true);
});

it("neither is one of an earlier step, unless that is looked at by now", () => {
  const asked = { run: 1, step: 9 };
  expect(answers({ run: 1, step: 8 }, asked, { run: 1, step: 9 })).toBe(false);
  expect(answers({ run: 1, step: 4 }, asked, { run: 1, step: 4 })).toBe(true);
  expect(answers({ run: 2, step: 0 }, asked, { run: 2, step: 3 })).toBe(true);
  expect(isEarlier({ run: 1, step: 8 }, asked)).toBe(true);
  expect(isEarlier(asked, asked)).toBe(false);
});
