import { expect, it } from "vitest";

import type { Catalog, Edit } from "../wire/protocol";
import { catalog } from "./catalog.svelte";
import { marksOf, wordsOf } from "./edit-words";

const configure = (step: number, path: string, value: number): Edit => ({
  step,
  action: { type: "configure", changes: [{ path, value }] },
});

it("says what was changed", () => {
  const said = (action: Edit["action"]) => wordsOf({ step: 1, action });
  const layers = [{ path: "model.params.layers", value: [4, 3] }];
  const dataset = [{ path: "dataset", value: { name: "xor", params: {} } }];
  expect(wordsOf(configure(1, "optimizer.params.learning_rate", 0.1))).toBe("Learning rate = 0.1");
  expect(said({ type: "configure", changes: dataset })).toBe("Dataset: Xor");
  const model = { name: "mlp", params: {} };
  const twice = [
    { path: "model", value: model },
    { path: "model.name", value: "mlp" },
  ];
  expect(said({ type: "configure", changes: twice })).toBe("Model: Mlp");
  catalog.value = {
    plugins: [{ kind: "model", name: "mlp", title: "Multilayer perceptron" }],
  } as unknown as Catalog;
  expect(said({ type: "configure", changes: twice })).toBe("Model: Multilayer perceptron");
  const own = [{ path: "dataset.params.path", value: "uploads/own.zip" }];
  expect(said({ type: "configure", changes: own })).toBe("Data from own.zip");
  const choice = [{ path: "model.params.activation", value: "leaky_relu" }];
  expect(said({ type: "configure", changes: choice })).toBe("Activation = Leaky ReLU");
  expect(said({ type: "reshape", changes: layers })).toBe("Layers = 4, 3, weights kept");
  expect(said({ type: "set_weight", parameter: "hidden1.weight", index: [0, 1], value: 2.5 })).toBe(
    "hidden1.weight[0, 1] = 2.5",
  );
  expect(said({ type: "reinitialise", layer: "hidden1" })).toBe("hidden1 drawn anew");
  expect(said({ type: "paint", add: [[1, 2, 0]], remove: [] })).toBe("1 point added");
  expect(said({ type: "paint", add: [[1, 2, 0]], remove: [4] })).toBe("1 point moved");
});

it("marks a slider's way once, where it ended", () => {
  const rate = "optimizer.params.learning_rate";
  const edits = [
    configure(1000, rate, 0.1),
    configure(1010, rate, 0.2),
    configure(1020, rate, 0.3),
    configure(1025, "training.l1", 0.1),
    configure(5000, rate, 0.4),
  ];
  expect(marksOf(edits).map(({ x }) => x)).toEqual([1020, 1025, 5000]);
  expect(marksOf(edits)[0]?.label).toBe("Learning rate = 0.3");
});
