import { expect, it } from "vitest";

import { fittingFacts, tipPlace } from "./graph-tip";

const VIEW = { scale: 1, x: 0, y: 0 };
const ROOM = { width: 400, height: 300 };
const SIZE = { width: 150, height: 40 };

it("leaves out facts from the end, never a part of one", () => {
  const facts = ["24×16×16", "192 parameters", "receptive field 4 px"];
  expect(fittingFacts(facts, () => true)).toBe(facts.join(" · "));
  expect(fittingFacts(facts, (text) => text.length < 30)).toBe("24×16×16 · 192 parameters");
  expect(fittingFacts(facts, () => false)).toBe("");
});

it("stands below the box, above it at the bottom, and always in the room", () => {
  const box = { x: 20, y: 30, width: 100, height: 40 };
  expect(tipPlace(box, VIEW, SIZE, ROOM)).toEqual({ x: 20, y: 78 });
  expect(tipPlace({ ...box, x: 350, y: 240 }, VIEW, SIZE, ROOM)).toEqual({ x: 249, y: 192 });
});
