import { describe, expect, it } from "vitest";

import type { Figure, ModelCard, PluginCard } from "../../../wire/protocol";
import { layerTitle, placesOf } from "../layers";
import {
  argumentOf,
  askedOf,
  changed,
  columnOf,
  duplicated,
  firstColumns,
  headed,
  headingOf,
  toggled,
  without,
} from "./columns";
import { wishOf, withAreas } from "./deletion";
import { fitOf } from "./fit";
import { badgesOf, factText, orderedFacts } from "./honest";
import { windowAt } from "./occlusion";
import { isSigned, pixelsOf } from "./pixels";
import { pickedSlot, type Row } from "./rows";
import { shortDepth } from "./sanity";
import {
  extremes,
  limitOf,
  rangeWords,
  scoresOf,
  shareOf,
  sharedLimit,
  type ScoreMap,
} from "./scale";
import { explainCurl, explainPython, wantedOf } from "./snippets";

function card(name: string, tags: string[] = [], properties: object = {}): PluginCard {
  return {
    kind: "attribution",
    name,
    title: name,
    summary: "",
    help: "",
    tags,
    parameters: { properties } as PluginCard["parameters"],
  } as PluginCard;
}
const whole = (value: number) => ({ type: "integer", default: value, title: "x" });
const saliency = card("saliency");
const cam = card("grad_cam", ["needs-conv"]);
const gradients = card("integrated_gradients", [], { steps: whole(50) });
const occlusion = card("occlusion", ["long"], { window: whole(5), stride: whole(2) });
const CARDS = [saliency, gradients, cam, occlusion];

const layer = (path: string, kind: string, side: number, block = "") => ({
  ...{ path, title: path, kind, output_shape: [4, side, side], parameters: 1, macs: 1, block },
  ...{ receptive_field: null, inputs: [], operation: "", call: 0, is_module: true, window: null },
});
const MODEL = {
  layers: [
    layer("stem", "conv", 8),
    layer("stages.0.conv1", "conv", 8, "stages.0"),
    layer("stages.0.conv2", "conv", 8, "stages.0"),
    layer("last", "conv", 1),
  ],
  blocks: [{ path: "stages.0", title: "block 1", layers: [1, 2], weighted: 2, skips: true }],
} as unknown as ModelCard;

describe("the columns", () => {
  it("begin with the usual methods that there are, in the catalog's order", () => {
    expect(firstColumns(CARDS).map(({ id }) => id)).toEqual([
      ...["saliency", "integrated_gradients", "grad_cam", "occlusion"],
    ]);
    expect(firstColumns([saliency])).toHaveLength(1);
  });

  it("come and go by method, each in its place", () => {
    const few = [columnOf(saliency), columnOf(occlusion)];
    const more = toggled(few, cam, CARDS);
    expect(more.map(({ id }) => id)).toEqual(["saliency", "grad_cam", "occlusion"]);
    const twice = duplicated(more, "grad_cam");
    expect(twice.map(({ id }) => id)).toEqual(["saliency", "grad_cam", "grad_cam 2", "occlusion"]);
    expect(toggled(twice, cam, CARDS)).toEqual(few);
    expect(without(twice, "grad_cam 2")).toEqual(more);
    expect(duplicated(twice, "grad_cam")[2]?.id).toBe("grad_cam 3");
  });

  it("have a heading each, where there is such a method", () => {
    const gone = { ...columnOf(saliency), method: "gone", id: "gone" };
    const shown = headed([columnOf(saliency), gone, columnOf(cam)], CARDS, MODEL);
    expect(shown.map(({ heading }) => heading)).toEqual(["saliency", "grad_cam, block 1"]);
  });

  it("name a layer only where their method looks at one", () => {
    const place = { slot: 2, target: 7 };
    const at = { ...columnOf(cam), layer: "stages.0" };
    expect(askedOf(cam, at, place)).toEqual({
      ...{ method: "grad_cam", method_params: {}, target: 7, slot: 2, layer: "stages.0" },
    });
    expect(askedOf(saliency, { ...at, method: "saliency" }, place)).not.toHaveProperty("layer");
    expect(askedOf(cam, columnOf(cam), place)).not.toHaveProperty("layer");
  });

  it("change one at a time", () => {
    const twice = duplicated([columnOf(cam)], "grad_cam");
    const other = changed(twice, "grad_cam 2", { layer: "stages.0" });
    expect(other.map((column) => column.layer)).toEqual(["", "stages.0"]);
  });

  it("say their main argument", () => {
    expect(argumentOf(gradients, columnOf(gradients), "")).toBe("n = 50");
    const finer = { ...columnOf(gradients), params: { steps: 200 } };
    expect(headingOf(gradients, finer, "")).toBe("integrated_gradients, n = 200");
    expect(argumentOf(occlusion, columnOf(occlusion), "")).toBe("5×5, 2");
    expect(argumentOf(saliency, columnOf(saliency), "")).toBe("|max|");
    expect(headingOf(saliency, columnOf(saliency), "")).toBe("saliency");
    expect(headingOf(cam, columnOf(cam), "block 4")).toBe("grad_cam, block 4");
  });

  it("lay maps of a layer over the input, gradients beside it", () => {
    expect([columnOf(cam).over, columnOf(saliency).over]).toEqual([true, false]);
    expect([columnOf(saliency).sizes, columnOf(gradients).sizes]).toEqual([true, false]);
  });
});

describe("the layers to look at", () => {
  it("are blocks, and convolutions outside of them, that have maps", () => {
    expect(placesOf(MODEL).map(({ value }) => value)).toEqual(["stem", "stages.0"]);
    expect(layerTitle(MODEL, "")).toBe("block 1");
    expect(layerTitle(MODEL, "stages.0.conv1")).toBe("stages.0.conv1");
  });

  it("have the name of their layer where a block has but one with weights", () => {
    const block = { path: "block2", title: "block 2", layers: [3], weighted: 1, skips: false };
    const layers = [...MODEL.layers.slice(0, 3), layer("conv2", "conv", 8, "block2")];
    const model = { layers, blocks: [block] } as unknown as ModelCard;
    expect(layerTitle(model, "block2")).toBe("conv2");
  });
});

describe("the scale", () => {
  it("ends where the sizes reach a share of their sum", () => {
    expect(limitOf([-1, 2, 3, 4], 1)).toBe(4);
    expect(limitOf([-1, 2, 3, 4], 0.6)).toBe(3);
    expect(limitOf([0, 0, 0, 5], 0.9)).toBe(5);
    expect(limitOf([NaN, Infinity, 1], 1)).toBe(1);
    expect(limitOf([], 1)).toBe(0);
  });

  it("is shared as it is asked for", () => {
    const all = [
      { row: 0, column: "a", limit: 1 },
      { row: 0, column: "b", limit: 5 },
      { row: 1, column: "a", limit: 3 },
    ];
    const own = { row: 0, column: "a", limit: 1 };
    expect(sharedLimit("map", own, all, 9)).toBe(1);
    expect(sharedLimit("row", own, all, 9)).toBe(5);
    expect(sharedLimit("column", own, all, 9)).toBe(3);
    expect(sharedLimit("all", own, all, 9)).toBe(5);
    expect(sharedLimit("fixed", own, all, 9)).toBe(9);
    expect(sharedLimit("fixed", own, all, undefined)).toBe(1);
  });

  it("keeps zero in the middle of signed scores and at the end of others", () => {
    expect(shareOf(-2, 4, true)).toBe(-0.5);
    expect(shareOf(-2, 4, false)).toBe(0);
    expect(shareOf(9, 4, true)).toBe(1);
    expect(shareOf(1, 0, true)).toBe(0);
    expect(rangeWords(0.1234, true)).toBe("± 0.12");
    expect(rangeWords(0.1234, false)).toBe("0 … 0.12");
    expect(extremes([2, -3, 1])).toEqual([-3, 2]);
  });
});

describe("the pixels", () => {
  const map: ScoreMap = { values: [1, -1, 0, 0], width: 2, height: 2, scale: "signed" };
  const raster = { levels: new Uint8Array(16).fill(255), channels: 1, width: 4, height: 4 };
  const under = { raster, scale: "pixels", smooth: false, low: 0, high: 1 } as const;
  const look = { limit: 1, sizes: false, under: null, dark: true };

  it("give equal sizes equal colours where only sizes are asked for", () => {
    const { words } = pixelsOf(map, { ...look, sizes: true });
    expect(words[0]).toBe(words[1]);
    expect(isSigned(map, true)).toBe(false);
    const signed = pixelsOf(map, look).words;
    expect(signed[0]).not.toBe(signed[1]);
    expect(signed[2]).toBe(signed[3]);
  });

  it("have the input's resolution where they lie over it", () => {
    const over = pixelsOf(map, { ...look, under });
    expect([over.width, over.height]).toEqual([4, 4]);
    expect(over.words[0]).toBe(over.words[5]);
    expect(over.words[0]).not.toBe(over.words[2]);
  });
});

const plain = (count: number) => ({ count, long: false, wordy: false });

describe("the grid", () => {
  it("makes the maps as large as there is room", () => {
    const room = { width: 880, height: 400, label: 72, zoom: 1 };
    expect(fitOf(room, 1, plain(2))).toMatchObject({ side: 262, beside: false, tight: false });
    const four = fitOf(room, 4, plain(6));
    expect(4 * (four.rowHeight + 6)).toBeLessThanOrEqual(400);
    expect(6 * (four.columnWidth + 6) + four.side + 6 + 72 + 4).toBeLessThanOrEqual(880);
  });

  it("keeps every column whole, however many there are: it scrolls rather", () => {
    const room = { width: 460, height: 167, label: 52, zoom: 1 };
    for (const methods of [4, 5, 7, 17])
      expect(fitOf(room, 2, plain(methods)).columnWidth).toBeGreaterThanOrEqual(66);
    const { columnWidth, side } = fitOf(room, 2, plain(4));
    expect(4 * (columnWidth + 6) + side + 6 + 52 + 4).toBeLessThanOrEqual(460);
    for (const methods of [4, 5, 7]) {
      const fit = fitOf({ width: 880, height: 380, label: 72, zoom: 1 }, 2, plain(methods));
      expect(methods * (fit.columnWidth + 6) + fit.side + 6 + 72 + 4).toBeLessThanOrEqual(880);
    }
  });

  it("says the least beside maps that so become much larger, and keeps room for a step", () => {
    const room = { width: 903, height: 382, label: 88, zoom: 1 };
    const three = fitOf(room, 3, { count: 4, long: true, wordy: false });
    expect(three).toMatchObject({ beside: true, tight: true });
    expect(three.side).toBeGreaterThanOrEqual(100);
    const two = fitOf({ ...room, width: 1200 }, 3, { count: 4, long: true, wordy: false });
    expect(two).toMatchObject({ beside: true, tight: false });
    expect(two.columnWidth - two.side).toBeGreaterThanOrEqual(110);
  });

  it("shows two inputs and four methods on a small screen", () => {
    const fit = fitOf({ width: 470, height: 167, label: 52, zoom: 1 }, 2, plain(4));
    expect(2 * (fit.rowHeight + 6) + 34 + 4).toBeLessThanOrEqual(170);
    expect(fit).toMatchObject({ beside: false, tight: true });
  });
});

describe("honest numbers", () => {
  it("are short in a cell and whole in a sentence", () => {
    const badges = badgesOf({ "completeness gap (%)": 0.42, step: 3 }, ["Weakly dependent on …"]);
    expect(badges.map(({ text }) => text)).toEqual(["gap 0.4 %", "weak"]);
    expect(badges.map(({ brief }) => brief)).toEqual(["0.4%", "!"]);
    expect(badges[0]?.sentence).toContain("misses");
    expect(badgesOf({ "completeness gap (%)": 12 }, [])[0]?.warns).toBe(true);
    expect(badgesOf({ "R²": 0.815 }, [])[0]?.text).toMatch(/^R² 0\.8/);
  });

  it("come with the facts that matter most first", () => {
    const facts = { seed: 1, steps: "50", "target logit": 1.23456, target: "cat" };
    expect(orderedFacts(facts).map(([name]) => name)).toEqual([
      ...["target", "target logit", "seed", "steps"],
    ]);
    expect(factText("probability", 0.689)).toBe("68.9 %");
  });
});

describe("elsewhere", () => {
  const view = {
    inspector: "attribution",
    params: { method: "occlusion", method_params: { window: 5 }, target: null, slot: 2 },
  };

  it("the same explanation can be had from a script", () => {
    const wanted = wantedOf(view, "live");
    expect(wanted).toEqual({ method: "occlusion", params: { window: 5 }, slot: 2 });
    expect(wantedOf(view, 40)["at"]).toBe(40);
    expect(explainCurl("http://here", "abc", wanted)).toContain(
      "http://here/api/v1/sessions/abc/explain",
    );
    expect(explainPython("http://here", "abc", wanted)).toContain(
      'session.explain("occlusion", input=2, window=5)',
    );
  });

  it("curves are asked for each method once, and named with their areas", () => {
    const columns = duplicated([columnOf(saliency), columnOf(cam)], "grad_cam");
    const other = changed(columns, "grad_cam 2", { layer: "stages.0" });
    expect(wishOf(other, CARDS)).toEqual({ methods: ["saliency", "grad_cam"], method_params: {} });
    const figures = [
      { type: "lines", title: "Deletion", series: [{ label: "Saliency" }] },
      {
        type: "table",
        columns: ["method", "deletion", "insertion"],
        rows: [["Saliency", 0.291, 0.8]],
      },
    ] as unknown as readonly Figure[];
    const [lines] = withAreas(figures);
    expect(lines?.type === "lines" && lines.series[0]?.label).toBe("Saliency 0.29");
    expect(shortDepth("to stages.0.conv2")).toBe("conv2");
    expect(shortDepth("as trained")).toBe("trained");
  });

  it("the window that covers stays inside", () => {
    const size = { width: 8, height: 8 };
    expect(windowAt(0.5, 0.5, 4, size)).toEqual({ left: 2, top: 2 });
    expect(windowAt(2, -1, 3, size)).toEqual({ left: 5, top: 0 });
  });
});

it("the picked input stays until its row is gone", () => {
  const rows = [0, 3].map((slot) => ({ slot })) as unknown as Row[];
  expect([pickedSlot(rows, 3), pickedSlot(rows, 1), pickedSlot([], 1)]).toEqual([3, 0, 0]);
});

it("levels of a picture stand for scores between its ends", () => {
  const raster = { levels: Uint8Array.of(0, 51, 255), channels: 1, width: 3, height: 1 };
  const { values, width } = scoresOf({ raster, scale: "signed", smooth: false, low: -1, high: 4 });
  expect([...Array.from(values), width]).toEqual([-1, 0, 4, 3]);
});

it("words below narrow maps take a second line where there is room", () => {
  const room = { width: 420, label: 56, zoom: 1 };
  expect(fitOf({ ...room, height: 160 }, 1, plain(4))).toMatchObject({ tight: true, lines: 2 });
  const wordy = { count: 2, long: true, wordy: true };
  expect(fitOf({ width: 400, label: 52, zoom: 1, height: 160 }, 1, wordy).lines).toBe(2);
  expect(fitOf({ width: 1200, label: 72, zoom: 1, height: 400 }, 1, plain(4)).lines).toBe(1);
});
