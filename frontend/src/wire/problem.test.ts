import { expect, it } from "vitest";

import { besideField, problemOf } from "./problem";

it("beside a field its name is left out, and what helps is said", () => {
  const problem = problemOf("model: DenseNet would have too many.", {
    field: "model.params",
    hint: "Choose the size small.",
  });
  expect(besideField(problem)).toBe("DenseNet would have too many. Choose the size small.");
  const refused = problemOf("method: this network has none.", { field: "method" });
  expect(besideField(refused)).toBe("This network has none.");
  const missing = problemOf("dataset.name: train-images.gz is missing.", { field: "dataset.name" });
  expect(besideField(missing)).toBe("train-images.gz is missing.");
});

it("a colon elsewhere is no field's name", () => {
  const other = problemOf("note: it failed.", { field: "model" });
  expect(besideField(other)).toBe("note: it failed.");
  expect(besideField(problemOf("It failed: 3."))).toBe("It failed: 3.");
});
