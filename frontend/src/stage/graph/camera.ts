/** Where a layer graph is looked at from: pan, zoom, and what fits the room. */

import type { GraphLayout } from "../../draw/graph-layout";
import type { GraphView } from "../../draw/graph-paint";
import type { Size } from "../../draw/scheduler";

const LEAST = 0.08;
const MOST = 3;
const MARGIN = 14;
const TITLE = 10;

/** The whole graph in the room; its type not much larger than the page's. */
export function whole(layout: GraphLayout, room: Size, zoom: number): GraphView {
  const scale = Math.min(
    1.4 * zoom,
    (room.width - 2 * MARGIN) / layout.width,
    // Titles of blocks stand above the first row.
    (room.height - 2 * MARGIN - TITLE * zoom) / layout.height,
  );
  const used = Math.max(LEAST, scale);
  return {
    scale: used,
    x: (room.width - layout.width * used) / 2,
    y: (room.height + TITLE * zoom - layout.height * used) / 2,
  };
}

/** Larger or smaller, so that what lies at (x, y) stays there. */
export function zoomed(view: GraphView, factor: number, x: number, y: number): GraphView {
  const scale = Math.max(LEAST, Math.min(MOST, view.scale * factor));
  const change = scale / view.scale;
  return { scale, x: x - (x - view.x) * change, y: y - (y - view.y) * change };
}

/** Moved so far that a box can be seen. */
export function showing(view: GraphView, layout: GraphLayout, at: number, room: Size): GraphView {
  const box = layout.boxes[at];
  if (box === undefined) return view;
  const [x, y] = [view.x + box.x * view.scale, view.y + box.y * view.scale];
  const [width, height] = [box.width * view.scale, box.height * view.scale];
  const shift = (low: number, size: number, most: number): number =>
    low < MARGIN ? MARGIN - low : Math.min(0, most - MARGIN - low - size);
  return {
    ...view,
    x: view.x + shift(x, width, room.width),
    y: view.y + shift(y, height, room.height),
  };
}

/** The box under a point of the screen, or -1. */
export function boxAt(layout: GraphLayout, view: GraphView, x: number, y: number): number {
  const [inX, inY] = [(x - view.x) / view.scale, (y - view.y) / view.scale];
  return layout.boxes.findIndex(
    (box) => inX >= box.x && inX <= box.x + box.width && inY >= box.y && inY <= box.y + box.height,
  );
}
