import { cleanup, render, screen } from "@testing-library/svelte";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import type { ArrayRef, Figure } from "../wire/protocol";
import { FrameData } from "../wire/frame";
import FigureView from "./FigureView.svelte";
import { kinds, load } from "./kinds";

class Observer {
  observe = vi.fn();
  unobserve = vi.fn();
  disconnect = vi.fn();
}
beforeAll(() => {
  vi.stubGlobal("ResizeObserver", Observer);
  vi.stubGlobal("IntersectionObserver", Observer);
});

afterEach(cleanup);

const u1 = (...shape: number[]): ArrayRef => ({ dtype: "u1", shape, offset: 0 });
const f4 = (...shape: number[]): ArrayRef => ({ dtype: "f4", shape, offset: 0 });
const data = new FrameData(new ArrayBuffer(4096), 0);
const said = { title: "Title", caption: "caption", facts: {}, warnings: ["Beware."] } as const;
const axis = { label: "", unit: "", scale: "linear" } as const;
const images = {
  values: u1(2, 1, 4, 4),
  low: f4(2),
  high: f4(2),
  scale: "signed",
  smooth: false,
} as const;

function figure(given: { readonly type: string; readonly [field: string]: unknown }): Figure {
  return { ...said, alt: `a ${given.type}`, ...given } as unknown as Figure;
}
const FIGURES = [
  figure({
    type: "lines",
    x: axis,
    y: axis,
    series: [{ label: "a", x: f4(3), y: f4(3), role: "train" }],
    marks: [],
  }),
  figure({
    type: "bars",
    labels: ["0", "1"],
    values: f4(2),
    low: 0,
    high: 1,
    unit: "%",
    highlight: 1,
  }),
  figure({ type: "histogram", x: axis, series: [{ label: "w", edges: f4(3), counts: f4(2) }] }),
  figure({
    type: "scatter",
    ...{ x: axis, y: axis, points: f4(3, 2), labels: u1(3), held_out: null },
    ...{ classes: ["a", "b"], extent: null, thumbnails: null },
  }),
  figure({
    ...{
      type: "heatmap",
      values: u1(3, 3),
      low: -1,
      high: 1,
      scale: "signed",
      smooth: true,
      x: axis,
      y: axis,
    },
    ...{ x_labels: [], y_labels: [], extent: null, points: null },
  }),
  figure({ type: "images", images, labels: ["one", "two"], columns: null, underlay: null }),
  figure({ type: "network", layers: [], links: [], extent: null }),
  figure({
    type: "boxes",
    image: images,
    boxes: [{ corners: [0, 0, 2, 2], label: "cat", score: 0.5, class_index: 1 }],
  }),
  figure({ type: "tokens", tokens: ["a", "b"], values: f4(2), low: -1, high: 1, scale: "signed" }),
  figure({ type: "table", columns: ["layer", "weights"], rows: [["conv1", 156]] }),
  figure({
    type: "surface",
    heights: f4(3, 3),
    extent: [-1, 1, -1, 1],
    x: axis,
    y: axis,
    z: axis,
    path: f4(2, 2),
  }),
  figure({ type: "text", text: "Hello", language: "" }),
];

describe("every kind of figure", () => {
  it("has a component, found by its folder", () => {
    expect(new Set(kinds)).toEqual(new Set(FIGURES.map(({ type }) => type)));
  });
  it.each(FIGURES.map((each) => [each.type, each] as const))(
    "%s says what it shows",
    async (kind, each) => {
      await load(kind);
      render(FigureView, { figure: each, data });
      expect(screen.getAllByLabelText(`a ${kind}`).length).toBeGreaterThan(0);
      expect(screen.getByText("Title")).toBeTruthy();
      expect(screen.getByText("Beware.")).toBeTruthy();
    },
  );
  it("is the picture alone in a thumbnail", async () => {
    const [first] = FIGURES;
    if (first === undefined) return;
    await load(first.type);
    render(FigureView, { figure: first, data, compact: true });
    expect(screen.queryByText("Title")).toBeNull();
  });
});

it("offers each picture of a stack as a button when it can be chosen", async () => {
  const onselect = vi.fn();
  await load("images");
  const stack = FIGURES.find(({ type }) => type === "images");
  if (stack === undefined) return;
  render(FigureView, { figure: stack, data, onselect });
  screen.getByLabelText("two").click();
  expect(onselect).toHaveBeenCalledWith({ type: "item", index: 1 });
});
