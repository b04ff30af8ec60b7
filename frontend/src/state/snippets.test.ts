import { describe, expect, it } from "vitest";

import { complete } from "./experiment";
import { asCurl, asPython, python } from "./snippets";

const creation = {
  experiment: complete({ title: "It's", dataset: { name: "xor" }, model: { name: "mlp" } }),
  edits: [],
  start_step: 0,
  phase: "running" as const,
  pace_steps_per_s: null,
};

describe("snippets", () => {
  it("writes Python values", () => {
    expect(python({ a: [true, null, 0.5, "x"] })).toBe('{"a": [True, None, 0.5, "x"]}');
  });

  it("writes a script for the client", () => {
    const script = asPython(creation, "http://here");
    expect(script).toContain('lantern = Lantern("http://here")');
    expect(script).toContain('    dataset={"name": "xor", "params": {}},');
    expect(script).not.toContain("version=");
  });

  it("quotes for the shell", () => {
    expect(asCurl(creation, "http://here")).toContain(`"title":"It'\\''s"`);
  });
});
