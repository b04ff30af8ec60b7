import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Pen } from "../stage/output/pen";
import type { Command, Experiment } from "../wire/protocol";
import { complete } from "./experiment";
import { asClasses, asValues, heldOutOf, inDataOrder, placesOf, type Point } from "./points";
import { PointsEditor } from "./points.svelte";

const A: Point = [1, 1, 0];
const B: Point = [2, 2, 1];
const C: Point = [-3, 0.5, 0];

describe("own points", () => {
  it("are held out by their place in the list alone", () => {
    // As `split_of` of the backend gives them.
    expect(heldOutOf(8, 0.5).map(Number)).toEqual([0, 1, 0, 1, 0, 0, 1, 0]);
    expect(heldOutOf(2, 0.9)).toEqual([false, true]);
    expect(heldOutOf(1, 0.5)).toEqual([false]);
    const longer = heldOutOf(60, 0.3);
    expect(longer.slice(0, 40)).toEqual(heldOutOf(40, 0.3));
  });

  it("come in the order of the data: those trained on first", () => {
    const points = [A, B, C].map((point) => [...point]);
    expect(inDataOrder({ name: "own", params: { points } })).toEqual([A, C, B]);
    expect(inDataOrder({ name: "circle", params: {} })).toBeNull();
  });

  it("are found again after they went through 32 bits, each once", () => {
    const wire: Point[] = [Math.fround(0.1), 0.3, 0.7].map((x) => [Math.fround(x), 1, 0]);
    expect(placesOf([[0.7, 1, 0]], wire)).toEqual([2]);
    expect(placesOf([A, A], [B, A, A])).toEqual([1, 2]);
    expect(placesOf([C], [A])).toEqual([]);
  });

  it("turn from classes into values and back", () => {
    expect(asValues([A, B, [0, 0, 2]], 3).map(([, , value]) => value)).toEqual([-1, 0, 1]);
    expect(asClasses(asValues([A, B], 2))).toEqual([A, B]);
    expect(
      asClasses([
        [0, 0, 5],
        [0, 0, 9],
      ]).map(([, , label]) => label),
    ).toEqual([0, 1]);
  });
});

/** A session that paints as the worker does. */
class Painted {
  experiment: Experiment | null;
  readonly sent: Command[] = [];

  constructor(points: readonly Point[]) {
    this.experiment = this.with(points);
  }

  get points(): readonly Point[] {
    return (this.experiment?.dataset.params["points"] ?? []) as unknown as readonly Point[];
  }

  ask = (command: Command): Promise<void> => {
    this.sent.push(command);
    if (command.type !== "paint" || this.experiment === null) return Promise.resolve();
    const order = inDataOrder(this.experiment.dataset) ?? [];
    const gone = new Set((command.remove ?? []).map((index) => order[index]?.join()));
    const kept = this.points.filter((point) => !gone.has(point.join()));
    this.experiment = this.with([...kept, ...(command.add ?? [])]);
    return Promise.resolve();
  };

  private with(points: readonly Point[]): Experiment {
    const params = { points: points.map((point) => [...point]) };
    return complete({ dataset: { name: "own", params }, model: { name: "mlp" } });
  }
}

describe("drawing", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const settle = () => vi.advanceTimersByTimeAsync(500);

  it("shows a point at once, and sends what came meanwhile in one stroke", async () => {
    const session = new Painted([A, B]);
    const editor = new PointsEditor(session);
    editor.begin();
    editor.add(C);
    expect(editor.added).toEqual([C]);
    editor.add([0, 0, 1]);
    editor.add([0, 1, 1]);
    await settle();
    expect(session.sent).toEqual([
      { type: "paint", remove: [], add: [C] },
      {
        type: "paint",
        remove: [],
        add: [
          [0, 0, 1],
          [0, 1, 1],
        ],
      },
    ]);
    editor.sees([A, B, C, [0, 0, 1]]);
    expect(editor.added).toEqual([[0, 1, 1]]);
  });

  it("sends ten strokes a second at most", async () => {
    const session = new Painted([A, B]);
    const editor = new PointsEditor(session);
    editor.begin();
    for (let i = 0; i < 100; i++) {
      editor.extend([i * 0.1 - 5, 0, 0]);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(session.sent.length).toBeGreaterThan(5);
    expect(session.sent.length).toBeLessThan(12);
    await settle();
    // Thinned: ten units at one point each 0.35 or more.
    expect(session.points.length - 2).toBeGreaterThan(20);
    expect(session.points.length - 2).toBeLessThan(30);
  });

  it("moves, erases and takes a stroke back", async () => {
    const session = new Painted([A, B, C]);
    const editor = new PointsEditor(session);
    const pen = new Pen(editor, { points: () => session.points, target: () => 1 });
    pen.down({ x1: 1.05, x2: 1, reach: 0.2 }, false);
    pen.move({ x1: 1.5, x2: 1, reach: 0.2 });
    pen.move({ x1: 1.71, x2: 1.004, reach: 0.2 });
    pen.up();
    await settle();
    expect(session.points).toEqual([B, C, [1.71, 1, 0]]);
    pen.down({ x1: 2, x2: 2, reach: 0.2 }, true);
    pen.up();
    await settle();
    expect(session.points).toEqual([C, [1.71, 1, 0]]);
    editor.undo();
    editor.undo();
    await settle();
    expect(session.points).toHaveLength(3);
    expect(session.points).toEqual(expect.arrayContaining([A, B, C]));
    expect(editor.strokes).toHaveLength(0);
  });

  it("a touch that does nothing is no stroke", () => {
    const editor = new PointsEditor(new Painted([A]));
    const pen = new Pen(editor, { points: () => [A], target: () => 1 });
    pen.down({ x1: 5, x2: 5, reach: 0.2 }, true);
    pen.up();
    pen.down({ x1: 1, x2: 1, reach: 0.2 }, false);
    pen.up();
    expect(editor.strokes).toHaveLength(0);
  });

  it("holds an empty plane back until there is something to train on", async () => {
    const session = new Painted([A, B, C]);
    const editor = new PointsEditor(session);
    editor.clear();
    await settle();
    expect(session.sent).toEqual([]);
    expect(editor.lacking).toBe(2);
    editor.begin();
    editor.add([0, 0, 0]);
    expect(editor.lacking).toBe(1);
    editor.add([3, 3, 1]);
    await settle();
    expect(editor.lacking).toBe(0);
    expect(session.points).toEqual([
      [0, 0, 0],
      [3, 3, 1],
    ]);
  });

  it("undoes clearing before anything was sent", async () => {
    const session = new Painted([A, B]);
    const editor = new PointsEditor(session);
    editor.clear();
    editor.undo();
    await settle();
    expect(editor.removed.size).toBe(0);
    expect(editor.lacking).toBe(0);
    expect(session.sent).toEqual([]);
  });

  it("forgets what was refused", async () => {
    const session = new Painted([A, B]);
    session.ask = () => Promise.reject(new Error("refused"));
    const editor = new PointsEditor(session);
    editor.begin();
    editor.add(C);
    await settle();
    expect(editor.added).toEqual([]);
    expect(editor.strokes).toEqual([]);
  });
});
