import { expect, it } from "vitest";

import { unitName } from "./names";
import { MOST_LAYERS, MOST_NEURONS, withLayers, withNeurons } from "./plane-edits";
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

it("names units by feature, class or number", () => {
  expect(unitName({ title: "features", names: ["x1", "sin_x2"], units: 2 }, 1)).toBe("sin x₂");
  expect(unitName({ title: "hidden 2", names: [], units: 4 }, 2)).toBe("hidden 2, neuron 3");
  expect(unitName({ title: "output", names: [], units: 1 }, 0)).toBe("output");
});

it("lets every parameter of a method act at once", () => {
  const schema = { type: "object", properties: { epsilon: { type: "number" } } };
  expect(atOnce(schema)["properties"]).toEqual({ epsilon: { type: "number", "x-live": true } });
});
