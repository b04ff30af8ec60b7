import { describe, expect, it } from "vitest";

import { fitting } from "./strip";

const WIDTHS = [100, 80, 60, 90];

describe("a strip of tabs", () => {
  it("shows all where they fit, or before it is measured", () => {
    expect(fitting(WIDTHS, 0, 360, 60, 10)).toEqual([0, 1, 2, 3]);
    expect(fitting(WIDTHS, 0, 0, 60, 10)).toEqual([0, 1, 2, 3]);
  });

  it("folds the last ones away, leaving room for the word that opens them", () => {
    expect(fitting(WIDTHS, 0, 359, 60, 10)).toEqual([0, 1, 2]);
    expect(fitting(WIDTHS, 0, 280, 60, 10)).toEqual([0, 1]);
  });

  it("always shows the chosen one", () => {
    expect(fitting(WIDTHS, 3, 280, 60, 10)).toEqual([0, 3]);
    expect(fitting(WIDTHS, 3, 20, 60, 10)).toEqual([3]);
  });
});
