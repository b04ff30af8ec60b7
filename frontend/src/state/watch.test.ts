import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { FrameData } from "../wire/frame";
import type { DataCard, ModelCard } from "../wire/protocol";
import { Freshness } from "./freshness.svelte";
import { LookedAt, WatchHandle, type FigureFrame } from "./watch.svelte";

const model: ModelCard = { layers: [], blocks: [], parameters: 9, macs: 9, device: "cpu" };
const data: DataCard = {
  kind: "images",
  shape: [1, 8, 8],
  classes: ["a", "b"],
  train_count: 1,
  validation_count: 1,
  note: "",
};
const frame = (run: number): FigureFrame => ({
  ...{ figures: [], data: FrameData.empty, run, step: 0, final: true, computeMs: 1 },
});

let freshness: Freshness;
let looked: LookedAt;
function take(run: number | null): WatchHandle {
  const owner = { close: vi.fn(), cancel: vi.fn() };
  const handle = new WatchHandle({ inspector: "confusion" }, owner);
  if (run !== null) handle.frame = frame(run);
  looked.take(handle);
  return handle;
}

beforeEach(() => {
  vi.useFakeTimers();
  freshness = new Freshness();
  freshness.know(1, model, data);
  vi.advanceTimersByTime(400);
  looked = new LookedAt(() => freshness);
});
afterEach(() => void vi.useRealTimers());

it("says which figures are of the run before, unless new ones come at once", () => {
  const handle = take(1);
  freshness.know(2, model, data);
  vi.advanceTimersByTime(100);
  expect(looked.isOld).toBe(false);
  vi.advanceTimersByTime(300);
  expect([looked.isOld, looked.frame?.run]).toEqual([true, 1]);
  handle.frame = frame(2);
  expect([looked.isOld, looked.frame?.run]).toEqual([false, 2]);
});

it("drops figures of other classes, also those of the view before", () => {
  take(1);
  freshness.know(2, model, { ...data, classes: ["a", "b", "c"] });
  take(null);
  expect(looked.frame?.run).toBe(1);
  vi.advanceTimersByTime(400);
  expect([looked.frame, looked.own, looked.isOld]).toEqual([null, null, false]);
  freshness.know(3, model, { ...data, classes: ["a", "b", "c"] });
  take(2);
  vi.advanceTimersByTime(400);
  expect([looked.frame?.run, looked.isOld]).toEqual([2, true]);
});

it("hears of a run before it knows what it works with", () => {
  take(1);
  freshness.enter(2);
  freshness.know(2, model, { ...data, classes: ["c"] });
  vi.advanceTimersByTime(400);
  expect(looked.frame).toBeNull();
});

it("goes back to a run of before without calling its figures old", () => {
  freshness.know(5, model, data);
  vi.advanceTimersByTime(400);
  freshness.know(2, model, { ...data, classes: ["c"] });
  take(2);
  expect([looked.frame?.run, looked.isOld]).toEqual([2, false]);
});
