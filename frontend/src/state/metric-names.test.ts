import { expect, it } from "vitest";

import { isError, measuresOf, measureWord } from "./metric-names";

it("puts training and validation together, loss first", () => {
  const columns = ["validation_rmse", "train_loss", "validation_loss", "train_r2", "watching"];
  expect(measuresOf(columns)).toEqual(["loss", "rmse", "r2"]);
  expect(measuresOf(["validation_zeal", "validation_f1"])).toEqual(["f1", "zeal"]);
});

it("knows words and scales", () => {
  expect([measureWord("r2"), measureWord("top_five")]).toEqual(["R²", "top five"]);
  expect([isError("loss"), isError("accuracy")]).toEqual([true, false]);
});
