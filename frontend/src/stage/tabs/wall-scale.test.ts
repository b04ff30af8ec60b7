import { expect, it } from "vitest";

import type { Tile } from "../../draw/tile";
import { legendOf } from "../../figures/images/legend";
import type { FigureFrame } from "../../state/watch.svelte";
import type { Figure } from "../../wire/protocol";
import { barsTold, channelsOf, WallScale } from "./wall-scale";

const words = { title: "", caption: "", alt: "", warnings: [] };
const array = { dtype: "f4", shape: [2], offset: 0 } as const;

/** A frame of two units between these ends, in a network that reaches as far as 8. */
function frame(low: number, high: number, step: number, layer = "conv1"): FigureFrame {
  const facts = { layer, show: "values", "largest of all layers": 8 };
  const figure: Figure = {
    ...words,
    facts,
    type: "bars",
    labels: ["0", "1"],
    values: array,
    low,
    high,
    unit: "",
    highlight: null,
  };
  const data = { array: () => Float32Array.of(low, high) } as unknown as FigureFrame["data"];
  return { figures: [figure], data, run: 1, step, final: true, computeMs: 1 };
}

function tile(low: number, high: number): Tile {
  const raster = { levels: Uint8Array.of(0, 255), channels: 1, width: 2, height: 1 };
  return { raster, scale: low < 0 ? "signed" : "magnitude", smooth: false, low, high };
}

it("takes the range of the unit, the layer or all layers", () => {
  const scale = new WallScale();
  expect(scale.rangeOf("unit", frame(0, 2, 5))).toBeNull();
  expect(scale.rangeOf("layer", frame(0, 2, 5))).toMatchObject({ low: 0, high: 2 });
  expect(scale.rangeOf("global", frame(0, 2, 5))).toMatchObject({ low: 0, high: 8 });
  expect(scale.rangeOf("global", frame(-1, 2, 5))).toMatchObject({ low: -8, high: 8 });
  expect(scale.rangeOf("global", null)).toBeNull();
});

it("keeps a fixed range from when it was asked, for each layer, until it is released", () => {
  const scale = new WallScale();
  const kept = { low: 0, high: 2, note: "fixed as at step 5" };
  expect(scale.rangeOf("fixed", frame(0, 2, 5))).toEqual(kept);
  expect(scale.rangeOf("fixed", frame(0, 9, 6))).toEqual(kept);
  expect(scale.rangeOf("fixed", frame(0, 9, 6, "conv2"))).toMatchObject({ high: 9 });
  expect(scale.rangeOf("fixed", frame(0, 9, 7))).toEqual(kept);
  scale.release();
  expect(scale.rangeOf("fixed", frame(0, 9, 7))).toMatchObject({ high: 9 });
});

it("says between which ends bars are drawn, and that some go beyond", () => {
  const scale = new WallScale();
  const now = frame(0, 2, 5);
  const [bars] = now.figures;
  if (bars === undefined) throw new Error("no figure");
  expect(barsTold(bars, now, null)).toBe("bars from 0 to 2");
  expect(barsTold(bars, now, scale.rangeOf("fixed", frame(0, 1, 4)))).toBe(
    "bars from 0 to 1, fixed as at step 4, some beyond",
  );
});

it("does not tell a common range where each picture has its own", () => {
  const own = { note: "each on its own scale" };
  expect(legendOf([tile(-1, 1), tile(-3, 3)], false)).toEqual({
    ...own,
    low: "−most",
    high: "most",
  });
  expect(legendOf([tile(0, 1), tile(0, 3)], false)).toEqual({ ...own, low: 0, high: "most" });
  expect(legendOf([tile(0, 3), tile(0, 3)], false)).toEqual({ low: 0, high: 3, note: "" });
  expect(legendOf([tile(-1, 1), tile(-3, 3)], true)).toEqual({ low: -3, high: 3, note: "" });
});

it("says where values go beyond a given range", () => {
  const given = { low: 0, high: 2, note: "fixed" };
  expect(legendOf([tile(0, 1)], given)).toEqual(given);
  expect(legendOf([tile(0, 5)], given)).toEqual({ ...given, high: "≥ 2" });
});

it("offers the channels that filters look at", () => {
  const of = (channels: number): Figure => ({
    ...words,
    type: "table",
    facts: { channels },
    columns: [],
    rows: [],
  });
  expect(channelsOf(of(1))).toEqual([]);
  expect(channelsOf(of(3)).map(({ label }) => label)).toEqual([
    "in colour",
    "from red",
    "from green",
    "from blue",
  ]);
  expect(channelsOf(of(8))).toHaveLength(9);
  expect(channelsOf(of(8))[0]).toEqual({ value: "", label: "from all 8, mean" });
});
