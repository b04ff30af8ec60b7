import { beforeEach, expect, it, vi } from "vitest";

import type { SessionState } from "../../../state/session.svelte";
import type { CheckedModel, CheckModel } from "../../../wire/protocol";
import { rest } from "../../../wire/rest";
import { Builder } from "./builder.svelte";

const EMPTY: CheckedModel = {
  layers: [],
  output: null,
  parameters: 0,
  macs: 0,
  problem: null,
  chain: null,
  no_chain: null,
};
const CHAIN = [
  { type: "conv", name: "conv1" },
  { type: "flatten", name: "flatten" },
];
const change = vi.fn(() => Promise.resolve());
const asked: CheckModel[] = [];

function session(model: string): SessionState {
  return {
    experiment: { model: { name: model, params: {} }, loss: { name: "cross_entropy", params: {} } },
    data: { kind: "images", shape: [1, 28, 28], classes: ["0", "1", "2"] },
    change,
  } as unknown as SessionState;
}

async function begun(model = "lenet5"): Promise<Builder> {
  const builder = new Builder(session(model));
  await builder.begin();
  await vi.advanceTimersByTimeAsync(1);
  return builder;
}

const names = (builder: Builder) => builder.chain.map(({ name }) => name).join(" ");

beforeEach(() => {
  vi.useFakeTimers();
  change.mockClear();
  asked.length = 0;
  vi.spyOn(rest, "check").mockImplementation((body) => {
    asked.push(body);
    const params = { layers: CHAIN, size: 32 };
    return Promise.resolve({ ...EMPTY, chain: { name: "sequential", params } });
  });
});

it("begins from the layers of the model that trains", async () => {
  const builder = await begun();
  expect(names(builder)).toBe("conv1 flatten");
  expect(builder.status).toBe("Begun from lenet5.");
  expect(builder.canApply).toBe(true);
  expect((await begun("sequential")).canApply).toBe(false);
});

it("says why a model cannot be edited as layers, and begins small instead", async () => {
  const problem = { sentence: "It has branches.", field: null, hint: null } as never;
  vi.spyOn(rest, "check").mockResolvedValueOnce({ ...EMPTY, no_chain: problem });
  const builder = await begun();
  expect(builder.ready).toBe(false);
  expect(builder.refusal?.sentence).toBe("It has branches.");
  await builder.beginSmall();
  expect(builder.ready).toBe(true);
});

it("gives a new layer no name that was there before, so that it gets no old weights", async () => {
  const builder = await begun();
  builder.remove("conv1");
  expect(builder.add("conv", 0)).toBe("conv2");
  builder.undo();
  builder.undo();
  expect(names(builder)).toBe("conv1 flatten");
  expect(builder.add("conv", 1)).toBe("conv3");
});

it("undoes what was typed into one setting as one thing", async () => {
  const builder = await begun();
  builder.edit("conv1", "channels", 3);
  builder.edit("conv1", "channels", 32);
  builder.edit("conv1", "kernel", 5);
  builder.undo();
  expect(builder.chain[0]).toEqual({ type: "conv", name: "conv1", channels: 32 });
  builder.undo();
  expect(builder.chain[0]).toEqual({ type: "conv", name: "conv1" });
  expect(builder.canUndo).toBe(false);
  builder.redo();
  expect(builder.chain[0]).toHaveProperty("channels", 32);
});

it("asks the server once for what was typed fast, and applies only what it has seen", async () => {
  const builder = await begun();
  asked.length = 0;
  builder.edit("conv1", "channels", 3);
  builder.edit("conv1", "channels", 32);
  expect(builder.canApply).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ kind: "images", shape: [1, 28, 28], classes: 3 });
  expect(builder.canApply).toBe(true);
  await builder.apply(true);
  const value = { name: "sequential", params: { size: 32, layers: builder.chain } };
  expect(change).toHaveBeenCalledWith([{ path: "model", value }], { keep: true });
  expect(builder.canApply).toBe(false);
});

it("marks the layer that does not fit, and applies nothing", async () => {
  const builder = await begun();
  const problem = { sentence: "Layer 2 …", field: "model.params.layers.1" } as never;
  vi.spyOn(rest, "check").mockResolvedValueOnce({ ...EMPTY, problem });
  builder.edit("conv1", "channels", 3);
  await vi.advanceTimersByTimeAsync(200);
  expect(builder.misfit).toBe(1);
  expect(builder.problemAt(1)?.sentence).toBe("Layer 2 …");
  expect(builder.problemAt(0)).toBeNull();
  await builder.apply(true);
  expect(change).not.toHaveBeenCalled();
});
