import { expect, it } from "vitest";

import { complete } from "../state/experiment";
import type { JsonValue } from "../wire/protocol";
import { unitName } from "./names";
import {
  activationChange,
  DISABLED,
  FROZEN,
  isNamed,
  layerChanges,
  MOST_LAYERS,
  MOST_NEURONS,
  ownActivation,
  toggleChange,
  withLayers,
  withNeurons,
} from "./plane-edits";
import { atOnce } from "./tabs/layers";

it("adds and removes neurons within bounds", () => {
  expect(withNeurons([4, 2], 1, 1)).toEqual([4, 3]);
  expect(withNeurons([4, 1], 1, -1)).toEqual([4, 1]);
  expect(withNeurons([MOST_NEURONS], 0, 1)).toEqual([MOST_NEURONS]);
  expect(withNeurons([4], 3, 1)).toEqual([4]);
});

it("adds and removes layers within bounds", () => {
  expect(withLayers([6, 3], 1)).toEqual([6, 3, 3]);
  expect(withLayers([], 1)).toEqual([4]);
  expect(withLayers([6], -1)).toEqual([]);
  expect(withLayers(Array<number>(MOST_LAYERS).fill(2), 1)).toHaveLength(MOST_LAYERS);
});

function experiment(params: Record<string, JsonValue>, frozen: readonly string[] = []) {
  return complete({
    dataset: { name: "circle" },
    model: { name: "mlp", params },
    training: { frozen },
  });
}

it("takes along what is named of a layer or neuron that goes", () => {
  const before = experiment(
    { layers: [4, 2], disabled: ["hidden1:3", "hidden2:0"], activations: ["relu", "sine"] },
    ["hidden2", "output", "hidden1:0"],
  );
  expect(layerChanges(before, [4, 2])).toEqual([{ path: "model.params.layers", value: [4, 2] }]);
  expect(layerChanges(before, [3])).toEqual([
    { path: "model.params.layers", value: [3] },
    { path: "model.params.disabled", value: [] },
    { path: "training.frozen", value: ["output", "hidden1:0"] },
    { path: "model.params.activations", value: ["relu"] },
  ]);
});

it("gives one layer an activation of its own, and takes it back", () => {
  const path = "model.params.activations";
  const shared = "tanh";
  const plain = experiment({ layers: [4, 4, 4] });
  expect(activationChange(plain, 1, { name: "relu", shared })).toEqual({
    path,
    value: ["tanh", "relu"],
  });
  const own = experiment({ layers: [4, 4, 4], activations: ["tanh", "relu"] });
  expect([ownActivation(own, 1), ownActivation(own, 2)]).toEqual(["relu", null]);
  expect(activationChange(own, 1, { name: null, shared })).toEqual({ path, value: [] });
  expect(activationChange(own, 0, { name: "sine", shared }).value).toEqual(["sine", "relu"]);
});

it("puts units and layers into a list and takes them out again", () => {
  const before = experiment({ disabled: ["hidden1:3"] }, ["hidden2"]);
  expect(toggleChange(before, DISABLED, "hidden1:3").value).toEqual([]);
  expect(toggleChange(before, FROZEN, "hidden1:0").value).toEqual(["hidden2", "hidden1:0"]);
  expect(isNamed(before, DISABLED, { layer: "hidden1", unit: 3 })).toBe(true);
  expect(isNamed(before, FROZEN, { layer: "hidden2", unit: null })).toBe(true);
  expect(isNamed(before, FROZEN, { layer: "hidden2", unit: 0 })).toBe(false);
});

it("names units by feature, class or number", () => {
  expect(unitName({ title: "features", names: ["x1", "sin_x2"], units: 2 }, 1)).toBe("sin x₂");
  expect(unitName({ title: "hidden 2", names: [], units: 4 }, 2)).toBe("hidden 2, neuron 3");
  expect(unitName({ title: "output", names: [], units: 1 }, 0)).toBe("output");
});

it("lets every parameter of a method act at once", () => {
  const schema = { type: "object", properties: { epsilon: { type: "number" } } };
  expect(atOnce(schema)["properties"]).toEqual({ epsilon: { type: "number", "x-live": true } });
});
