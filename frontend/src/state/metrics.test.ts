import { describe, expect, it } from "vitest";

import { MetricTable } from "./metrics.svelte";

const row = (step: number, values: Record<string, number>) => ({ step, epoch: step / 10, values });

describe("MetricTable", () => {
  it("keeps rows in order of their step and adds to rows it knows", () => {
    const table = new MetricTable();
    table.add([row(0, { train_loss: 1 }), row(10, { train_loss: 0.5 })]);
    table.add([row(5, { validation_loss: 0.75 }), row(10, { validation_loss: 0.25 })]);
    expect([...table.steps]).toEqual([0, 5, 10]);
    expect([...(table.column("train_loss") ?? [])]).toEqual([1, NaN, 0.5]);
    expect([...(table.column("validation_loss") ?? [])]).toEqual([NaN, 0.75, 0.25]);
    expect(table.version).toBe(2);
  });

  it("grows", () => {
    const table = new MetricTable();
    table.add(Array.from({ length: 5000 }, (_, step) => row(step, { train_loss: step })));
    expect(table.length).toBe(5000);
    expect(table.column("train_loss")?.at(-1)).toBe(4999);
    expect(table.epochAt(4999)).toBeCloseTo(499.9);
  });

  it("forgets what comes after a step, and finds the newest value before one", () => {
    const table = new MetricTable();
    table.add([row(0, { loss: 1 }), row(1, {}), row(2, { loss: 3 })]);
    expect(table.latest("loss", 1)).toBe(1);
    expect(table.latest("loss")).toBe(3);
    table.truncate(1);
    expect([...table.steps]).toEqual([0, 1]);
    expect(table.latest("loss")).toBe(1);
    expect(table.latest("nothing")).toBeNull();
  });
});
