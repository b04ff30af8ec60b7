import { describe, expect, it } from "vitest";

import { cssOf, tableOf } from "./color";
import { cellColor, type BentGrid } from "./mesh";

function grid(values: number[], labels: number[] | null = null): BentGrid {
  return { points: new Float32Array(8), values, labels, rows: 2, columns: 2 };
}

describe("cells of a bent grid", () => {
  it("are white where the network is undecided", () => {
    expect(cellColor(grid([1, -1, 1, -1]), 0, 0, false)).toBe(
      cssOf(tableOf("signed", false), 127.5),
    );
  });

  it("bear the sign of the output, weaker than the points on them", () => {
    const blue = cellColor(grid([1, 1, 1, 1]), 0, 0, false);
    const orange = cellColor(grid([-1, -1, -1, -1]), 0, 0, false);
    expect(blue).not.toBe(orange);
    expect(blue).not.toBe(cssOf(tableOf("signed", false), 255));
  });

  it("bear the class's colour with more than two classes", () => {
    const sure = [1, 1, 1, 1];
    const [third, fourth] = [2, 3].map((label) =>
      cellColor(grid(sure, [label, label, label, label]), 0, 0, true),
    );
    expect(third).not.toBe(fourth);
  });
});
