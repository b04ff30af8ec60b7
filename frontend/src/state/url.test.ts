import { describe, expect, it, vi } from "vitest";

import { complete } from "./experiment";
import { hashOf, routeOf, type Route } from "./router.svelte";
import { decodeRun, encodeRun } from "./url";

const experiment = complete({
  title: "Two spirals · ²",
  dataset: { name: "spiral", params: { noise: 0.12 } },
  model: { name: "mlp", params: { layers: [6, 6, 4] } },
  training: { batch_size: 20 },
  seed: 3,
});
const edit = (step: number) => ({
  step,
  action: {
    type: "configure" as const,
    changes: [{ path: "optimizer.params.learning_rate", value: 0.1 }],
  },
});

describe("encodeRun", () => {
  it("survives the way through an address, with the edits up to the step", async () => {
    const code = await encodeRun({ experiment, edits: [edit(5), edit(900)], step: 812 });
    expect(code).toMatch(/^[\w-]+$/);
    expect(code.length).toBeLessThan(400);
    expect(await decodeRun(code)).toEqual({ experiment, edits: [edit(5)], step: 812 });
  });

  it("carries how the page is to be shown", async () => {
    const options = { hide: ["noise", "loss"], test: true, discretize: null, text: false };
    const code = await encodeRun({ experiment, edits: [], step: 0, options });
    expect((await decodeRun(code)).options).toEqual(options);
  });

  it("works in browsers that cannot compress", async () => {
    vi.stubGlobal("CompressionStream", undefined);
    const code = await encodeRun({ experiment, edits: [], step: 0 });
    vi.unstubAllGlobals();
    expect(code.startsWith("0")).toBe(true);
    expect((await decodeRun(code)).experiment).toEqual(experiment);
  });

  it("refuses a link that was cut off", async () => {
    const code = await encodeRun({ experiment, edits: [], step: 0 });
    await expect(decodeRun(code.slice(0, 30))).rejects.toThrow("does not hold an experiment");
  });
});

describe("routes", () => {
  it("are hashes and back", () => {
    const routes: Route[] = [
      { page: "home" },
      { page: "sessions" },
      { page: "session", id: "ab12" },
      { page: "compare", first: "a", second: "b" },
      { page: "lesson", name: "two-spirals" },
      { page: "link", code: "1abc_-" },
    ];
    for (const route of routes) expect(routeOf(hashOf(route))).toEqual(route);
    expect(routeOf("#/nowhere/at/all")).toEqual({ page: "lost", hash: "#/nowhere/at/all" });
  });
});
