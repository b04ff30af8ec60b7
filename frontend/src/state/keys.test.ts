import { afterEach, describe, expect, it, vi } from "vitest";

import type { LayerCard, ModelCard } from "../wire/protocol";
import { listen, numbered } from "./keys";

describe("keys", () => {
  const run = vi.fn();
  const keys = ["Space", ".", "Shift+.", "R", "?", "Escape"];
  const stop = listen(() =>
    keys.map((key) => ({ key, label: key, does: "", run: () => run(key) })),
  );
  afterEach(() => {
    run.mockClear();
    document.body.innerHTML = "";
  });
  const press = (target: EventTarget, init: KeyboardEventInit) =>
    target.dispatchEvent(
      new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }),
    );
  const add = (html: string): Element => {
    document.body.innerHTML = html;
    return document.body.querySelector("[data-here]") ?? document.body;
  };

  it("names keys by what is printed on them", () => {
    press(document.body, { key: " ", code: "Space" });
    press(document.body, { key: ".", code: "Period" });
    press(document.body, { key: ":", code: "Period", shiftKey: true });
    press(document.body, { key: "r", code: "KeyR" });
    press(document.body, { key: "?", code: "Slash", shiftKey: true });
    expect(run.mock.calls.flat()).toEqual(["Space", ".", "Shift+.", "R", "?"]);
  });

  it("leaves keys to what has the focus", () => {
    press(add("<input data-here type=text>"), { key: "r" });
    press(add("<button data-here></button>"), { key: " " });
    press(add("<dialog open><p data-here></p></dialog>"), { key: "r" });
    press(document.body, { key: "r", ctrlKey: true });
    expect(run).not.toHaveBeenCalled();
    press(add("<input data-here type=range>"), { key: " " });
    expect(run).toHaveBeenCalledWith("Space");
  });

  it("keeps Space for a control that the keyboard led to, not for one that was clicked", () => {
    const button = add("<button data-here></button>") as HTMLButtonElement;
    press(document.body, { key: "Tab" });
    button.focus();
    press(button, { key: " " });
    expect(run).not.toHaveBeenCalled();
    button.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true }));
    press(button, { key: " " });
    press(button, { key: " " });
    expect(run.mock.calls.flat()).toEqual(["Space", "Space"]);
    const up = new KeyboardEvent("keyup", { key: " ", bubbles: true, cancelable: true });
    expect(button.dispatchEvent(up)).toBe(false); // or the button is pressed after all
  });

  it("lets the keyboard tick a box", () => {
    const box = add("<input data-here type=checkbox>") as HTMLInputElement;
    press(document.body, { key: "Tab" });
    box.focus();
    press(box, { key: " " });
    press(box, { key: "r" });
    expect(run.mock.calls.flat()).toEqual(["R"]);
  });

  it("stops when told so", () => {
    stop();
    press(document.body, { key: "r" });
    expect(run).not.toHaveBeenCalled();
  });
});

describe("digits", () => {
  const layer = (path: string, parameters: number, more: Partial<LayerCard> = {}): LayerCard => ({
    ...{ path, title: path, kind: "conv", output_shape: [1], parameters, macs: 0, call: 0 },
    ...{ receptive_field: null, inputs: [-1], block: "", operation: "", is_module: true },
    ...{ window: null, ...more },
  });
  const layers = [
    layer("resize", 0, { kind: "other" }),
    layer("conv1", 10),
    layer("relu", 0, { kind: "activation" }),
    layer("pool", 0, { kind: "pool" }),
    layer("conv1", 0, { call: 1 }),
    layer("add", 0, { kind: "add", is_module: false }),
    layer("output", 5, { kind: "output" }),
  ];
  const block = { skips: false, weighted: 1 };
  const model: ModelCard = {
    layers,
    blocks: [
      { ...block, path: "stem", title: "stem", layers: [0] },
      { ...block, path: "a", title: "a", layers: [1, 2, 3] },
      { ...block, path: "head", title: "head", layers: [4, 5, 6] },
    ],
    ...{ parameters: 15, macs: 0, device: "cpu" },
  };

  it("name the layers that the list shows", () => {
    expect(numbered(model, false).map(({ path }) => path)).toEqual(["conv1", "pool", "output"]);
  });

  it("name the blocks of a deep model by their last layers", () => {
    expect(numbered(model, true).map(({ path }) => path)).toEqual(["resize", "pool", "output"]);
  });
});
