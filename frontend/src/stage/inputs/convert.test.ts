import { expect, it } from "vitest";

import {
  finished,
  groundOf,
  inputOf,
  inverted,
  placed,
  planesOf,
  shapeOf,
  stretched,
} from "./convert";

const GREY = { channels: 1, height: 4, width: 4 };
const ALL = { x: 0, y: 0, width: 4, height: 4 };
/** A dark stroke on light paper. */
const PAPER = Uint8Array.from([
  ...[200, 200, 200, 200],
  ...[200, 40, 40, 200],
  ...[200, 40, 40, 200],
  ...[200, 200, 200, 200],
]);

it("crops the middle of a wide picture", () => {
  const { from, to } = placed({ width: 200, height: 100 }, { width: 28, height: 28 }, "crop");
  expect(from).toEqual({ x: 50, y: 0, width: 100, height: 100 });
  expect(to).toEqual({ x: 0, y: 0, width: 28, height: 28 });
});

it("shows all of a tall picture, centred", () => {
  const { from, to } = placed({ width: 50, height: 100 }, { width: 28, height: 28 }, "contain");
  expect(from).toEqual({ x: 0, y: 0, width: 50, height: 100 });
  expect(to).toEqual({ x: 7, y: 0, width: 14, height: 28 });
});

it("never makes a picture thinner than a pixel", () => {
  const { to } = placed({ width: 9000, height: 2 }, { width: 8, height: 8 }, "contain");
  expect(to).toEqual({ x: 0, y: 3, width: 8, height: 1 });
});

it("makes planes of colours and grey of how bright they look", () => {
  const rgba = [255, 0, 0, 255, 0, 255, 0, 255];
  expect([...planesOf(rgba, { channels: 1, height: 1, width: 2 })]).toEqual([76, 150]);
  const planes = planesOf(rgba, { channels: 3, height: 1, width: 2 });
  expect([...planes]).toEqual([255, 0, 0, 255, 0, 0]);
});

it("takes the median of the edge for the ground", () => {
  expect(groundOf(PAPER, GREY, ALL)).toBe(200);
  expect(groundOf(PAPER, GREY, { x: 1, y: 1, width: 2, height: 2 })).toBe(40);
});

it("inverts a light ground by itself where the network sees grey, and not in colour", () => {
  const found = finished(PAPER, GREY, ALL, { invert: "auto", contrast: false });
  expect(found.isInverted).toBe(true);
  expect([...found.levels.slice(4, 8)]).toEqual([55, 215, 215, 55]);
  const dark = finished(found.levels, GREY, ALL, { invert: "auto", contrast: false });
  expect(dark.isInverted).toBe(false);
  expect(finished(PAPER, GREY, ALL, { invert: "no", contrast: false }).levels).toBe(PAPER);
  const colour = { channels: 3, height: 4, width: 4 };
  const planes = Uint8Array.from([...PAPER, ...PAPER, ...PAPER]);
  expect(finished(planes, colour, ALL, { invert: "auto", contrast: true }).levels).toBe(planes);
  expect(finished(planes, colour, ALL, { invert: "yes", contrast: true }).levels[0]).toBe(55);
});

it("leaves what is around a picture black", () => {
  const inside = { x: 1, y: 0, width: 2, height: 4 };
  expect([...inverted(new Uint8Array(16), GREY, inside).slice(0, 4)]).toEqual([0, 255, 255, 0]);
});

it("stretches from the ground to the brightest, and makes nothing of noise", () => {
  const digits = stretched(inverted(PAPER, GREY, ALL), GREY, ALL);
  expect([...digits.slice(4, 8)]).toEqual([0, 255, 255, 0]);
  const noise = Uint8Array.from({ length: 16 }, (_, place) => 100 + (place % 3));
  expect(stretched(noise, GREY, ALL)).toBe(noise);
});

it("encodes levels as a slot takes them", () => {
  const shape = shapeOf([1, 1, 2]);
  expect(inputOf(Uint8Array.from([0, 255]), shape)).toEqual({
    type: "pixels",
    shape: [1, 1, 2],
    data: "AP8=",
  });
});
