/** Where a layer graph is looked at from: pan, zoom, and what fits the room. */

import type { GraphLayout } from "../../draw/graph-layout";
import type { GraphView } from "../../draw/graph-paint";
import type { Size } from "../../draw/scheduler";

const MOST = 3;
/** Free around the graph, in pixels of the screen. */
export const MARGIN = 8;

/** What stands in the middle of the room, so that it stays there when room and rows change. */
export interface Look {
  readonly scale: number;
  /** The box nearest to the middle. */
  readonly at: number;
  /** From the middle of the box to that of the room, in the layout's pixels. */
  readonly dx: number;
  readonly dy: number;
}

/** The whole graph in the room; its type not much larger than the page's. */
export function whole(layout: GraphLayout, room: Size, zoom: number): GraphView {
  const scale = Math.min(
    1.4 * zoom,
    (room.width - 2 * MARGIN) / layout.width,
    (room.height - 2 * MARGIN) / layout.height,
  );
  return kept({ scale, x: 0, y: 0 }, layout, room);
}

/** Moved so far that the graph fills the room, or stands in the middle of it where it is smaller. */
export function kept(view: GraphView, layout: GraphLayout, room: Size): GraphView {
  const held = (at: number, size: number, most: number): number =>
    size + 2 * MARGIN <= most
      ? (most - size) / 2
      : Math.min(MARGIN, Math.max(most - MARGIN - size, at));
  const { scale } = view;
  return {
    scale,
    x: held(view.x, layout.width * scale, room.width),
    y: held(view.y, layout.height * scale, room.height),
  };
}

/** Larger or smaller, so that what lies at (x, y) stays there; never smaller than the whole. */
export function zoomed(
  view: GraphView,
  factor: number,
  { x, y, least }: { readonly x: number; readonly y: number; readonly least: number },
): GraphView {
  const scale = Math.max(least, Math.min(Math.max(MOST, least), view.scale * factor));
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

/** What a view looks at. */
export function lookOf(view: GraphView, layout: GraphLayout, room: Size): Look {
  const x = (room.width / 2 - view.x) / view.scale;
  const y = (room.height / 2 - view.y) / view.scale;
  let look = { scale: view.scale, at: -1, dx: 0, dy: 0 };
  let least = Infinity;
  layout.boxes.forEach((box, at) => {
    const [dx, dy] = [x - box.x - box.width / 2, y - box.y - box.height / 2];
    const far = Math.hypot(dx, dy);
    if (far < least) [look, least] = [{ scale: view.scale, at, dx, dy }, far];
  });
  return look;
}

/** The view that looks there, in any room; null where there is no such box. */
export function viewOf(look: Look, layout: GraphLayout, room: Size): GraphView | null {
  const { scale, at, dx, dy } = look;
  const box = layout.boxes[at];
  if (box === undefined) return null;
  const x = room.width / 2 - (box.x + box.width / 2 + dx) * scale;
  const y = room.height / 2 - (box.y + box.height / 2 + dy) * scale;
  return kept({ scale, x, y }, layout, room);
}

/** The box under a point of the screen, or -1. */
export function boxAt(layout: GraphLayout, view: GraphView, x: number, y: number): number {
  const [inX, inY] = [(x - view.x) / view.scale, (y - view.y) / view.scale];
  return layout.boxes.findIndex(
    (box) => inX >= box.x && inX <= box.x + box.width && inY >= box.y && inY <= box.y + box.height,
  );
}
