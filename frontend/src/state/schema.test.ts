import { describe, expect, it } from "vitest";

import { EXPERIMENT_SCHEMA, TRAINING_SCHEMA } from "../wire/protocol";
import { complaint, fieldsOf, type Field } from "./schema";

const SCHEMA = {
  type: "object",
  $defs: { Mode: { type: "string", enum: ["soft", "hard"] } },
  properties: {
    learning_rate: {
      type: "number",
      exclusiveMinimum: 0,
      maximum: 10,
      default: 0.03,
      title: "Learning Rate",
      description: "Length of a step.",
      "x-live": true,
      "x-scale": "log",
    },
    layers: {
      type: "array",
      items: { type: "integer", minimum: 1, maximum: 64 },
      maxItems: 3,
      default: [4, 2],
    },
    features: { type: "array", items: { type: "string", enum: ["x1", "x2"] }, default: ["x1"] },
    mode: { $ref: "#/$defs/Mode", default: "soft" },
    limit: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], default: null },
    deep: { type: "boolean", default: false },
    params: { type: "object", additionalProperties: true },
  },
} as const;

const fields = new Map(fieldsOf(SCHEMA).map((field) => [field.name, field]));
const field = (name: string) => fields.get(name) as Field;

describe("fieldsOf", () => {
  it("reads every shape of parameter", () => {
    expect([...fields.values()].map(({ name, kind }) => [name, kind])).toEqual([
      ["learning_rate", "number"],
      ["layers", "list"],
      ["features", "flags"],
      ["mode", "choice"],
      ["limit", "number"],
      ["deep", "switch"],
    ]);
    expect(field("learning_rate")).toMatchObject({
      title: "Learning rate",
      help: "Length of a step.",
      live: true,
      log: true,
      low: 0,
      above: true,
      high: 10,
      default: 0.03,
    });
    expect(field("mode")).toMatchObject({ options: ["soft", "hard"], default: "soft" });
  });

  it("reads the forms that belong to no plugin", () => {
    const names = [...fieldsOf(TRAINING_SCHEMA), ...fieldsOf(EXPERIMENT_SCHEMA)];
    expect(names.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["batch_size", "l1", "l2", "device", "threads", "seed", "data_seed"]),
    );
  });
});

describe("complaint", () => {
  it("says why a value is refused", () => {
    expect(complaint(field("learning_rate"), 0)).toBe("More than 0.");
    expect(complaint(field("learning_rate"), 11)).toBe("At most 10.");
    expect(complaint(field("learning_rate"), NaN)).toBe("This is not a number.");
    expect(complaint(field("learning_rate"), 0.1)).toBeNull();
    expect(complaint(field("layers"), [4, 0])).toBe("Whole numbers from 1 to 64.");
    expect(complaint(field("layers"), [1, 2, 3, 4])).toBe("At most 3 numbers.");
    expect(complaint(field("limit"), 1.5)).toBe("A whole number, please.");
  });
});
