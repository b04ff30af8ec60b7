import { expect, it } from "vitest";

import type { Catalog, PluginCard } from "../wire/protocol";
import { complete } from "./experiment";
import { changesFor, ownPart, ownPartFor, takes, targetOf } from "./points-changes";

const loss = (name: string, tags: readonly string[]): PluginCard =>
  ({ kind: "loss", name, tags }) as unknown as PluginCard;
const catalog = {
  plugins: [
    loss("cross_entropy", ["classes"]),
    loss("huber", ["classes", "values"]),
    loss("squared", ["classes", "values"]),
  ],
} as unknown as Catalog;
const circle = complete({ dataset: { name: "circle" }, model: { name: "mlp" } });
const plane = { name: "plane", params: {} };

it("changes the task, the data and a loss that cannot do it in one edit", () => {
  const changes = changesFor(catalog, circle, plane, "values");
  expect(changes.map(({ path }) => path)).toEqual(["dataset", "task", "loss"]);
  expect(changes[2]?.value).toEqual({ name: "squared", params: {} });
});

it("keeps what fits", () => {
  const huber = { ...circle, loss: { name: "huber", params: {} } };
  expect(changesFor(catalog, huber, plane, "values")).toHaveLength(2);
  expect(changesFor(catalog, circle, { name: "xor", params: {} }, "classes")).toHaveLength(1);
  expect(takes(loss("old", []), "classes")).toBe(true);
  expect(takes(loss("old", []), "values")).toBe(false);
});

it("turns own points into those of the other problem", () => {
  const before = { name: "circle", params: { train_share: 0.8, noise: 0.2 } };
  const own = ownPart(
    [
      [1, 2, 0],
      [3, 4, 1],
    ],
    "classes",
    2,
    before,
  );
  expect(own.params).toEqual({
    points: [
      [1, 2, 0],
      [3, 4, 1],
    ],
    classes: 2,
    train_share: 0.8,
  });
  const values = ownPartFor("values", own);
  expect(values?.params).toMatchObject({ values: true, train_share: 0.8 });
  expect(values?.params["points"]).toEqual([
    [1, 2, -1],
    [3, 4, 1],
  ]);
  expect(values && ownPartFor("classes", values)?.params["points"]).toEqual(own.params["points"]);
  expect(ownPartFor("values", plane)).toBeNull();
  expect(targetOf({ ...circle, task: { name: "regression", params: {} } })).toBe("values");
});
