import { afterEach, describe, expect, it, vi } from "vitest";

import { listen } from "./keys";

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

  it("stops when told so", () => {
    stop();
    press(document.body, { key: "r" });
    expect(run).not.toHaveBeenCalled();
  });
});
