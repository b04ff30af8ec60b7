import { describe, expect, it } from "vitest";

import { CLASS_COLORS, inkOn, packed, ramp, rgb, tableOf, unpacked } from "./color";

describe("colour tables", () => {
  it("run from orange over near-white to blue for signed numbers", () => {
    const table = tableOf("signed", false);
    expect(unpacked(table[0] ?? 0)).toEqual(rgb("#d97706"));
    expect(unpacked(table[255] ?? 0)).toEqual(rgb("#2563a8"));
    expect(Math.min(...unpacked(table[127] ?? 0))).toBeGreaterThan(240);
  });
  it("never grow darker along the magnitude scale", () => {
    const light = Array.from(tableOf("magnitude", false), (word) => {
      const [red, green, blue] = unpacked(word);
      return 0.3 * red + 0.59 * green + 0.11 * blue;
    });
    for (let i = 8; i < 256; i += 8) expect(light[i]).toBeGreaterThan(light[i - 8] ?? 0);
  });
  it("are opaque, and made once", () => {
    expect(tableOf("pixels", true)).toBe(tableOf("pixels", true));
    expect((ramp(["#000000", "#ffffff"])[77] ?? 0) >>> 24).toBe(255);
    expect(unpacked(packed([1, 2, 3]))).toEqual([1, 2, 3]);
  });
  it("give ten different hues to classes", () => {
    expect(new Set(CLASS_COLORS.light).size).toBe(10);
    expect(new Set(CLASS_COLORS.dark).size).toBe(10);
  });
  it("write dark on light and light on dark", () => {
    expect(inkOn(packed([250, 250, 250]))).toBe("#1d2126");
    expect(inkOn(packed(rgb("#2563a8")))).toBe("#ffffff");
  });
});
