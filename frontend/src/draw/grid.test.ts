import { expect, it } from "vitest";

import { arrange, fitted, hitRect } from "./grid";

it("takes the number of columns that makes tiles largest", () => {
  const wish = { count: 8, aspect: 1, gap: 0, foot: 0 };
  expect(arrange(wish, { width: 400, height: 200 }).columns).toBe(4);
  expect(arrange(wish, { width: 200, height: 400 }).columns).toBe(2);
  expect(arrange({ ...wish, columns: 8 }, { width: 400, height: 200 }).columns).toBe(8);
});

it("keeps tiles inside the space, apart from each other, in reading order", () => {
  const space = { width: 333, height: 222 };
  const { tiles } = arrange({ count: 23, aspect: 1.4, gap: 4, foot: 12 }, space);
  expect(tiles).toHaveLength(23);
  for (const tile of tiles) {
    expect(tile.x).toBeGreaterThanOrEqual(0);
    expect(tile.x + tile.width).toBeLessThanOrEqual(space.width + 0.5);
    expect(tile.y + tile.height + 12).toBeLessThanOrEqual(space.height + 0.5);
  }
  expect(hitRect(tiles, (tiles[7]?.x ?? 0) + 1, (tiles[7]?.y ?? 0) + 1)).toBe(7);
});

it("fits an aspect into a rectangle, centred", () => {
  expect(fitted({ x: 0, y: 0, width: 200, height: 100 }, 1)).toEqual({
    ...{ x: 50, y: 0 },
    ...{ width: 100, height: 100 },
  });
});
