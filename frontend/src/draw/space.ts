/** Points as spots on a canvas: in space far ones are smaller and paler, with a box about them. */

import { scaled, type Palette } from "./palette";
import type { Rect } from "./raster";
import { colorOfPoint, traceMarker, type Cloud } from "./scatter";
import { viewer, type Ball, type Place, type Spot } from "./spots";
import type { Eye } from "./surface3d";

export interface SpotStyle {
  readonly radius: number;
  readonly alpha: number;
  readonly selected: number | null;
  /** Ringed, such as those inside a line that was drawn. */
  readonly chosen: ReadonlySet<number>;
}

export function paintSpots(
  ctx: CanvasRenderingContext2D,
  cloud: Cloud,
  spots: readonly Spot[],
  style: SpotStyle,
  palette: Palette,
): void {
  const order = spots.map((_, index) => index);
  if (cloud.dimensions === 3) order.sort((a, b) => (spots[b]?.depth ?? 0) - (spots[a]?.depth ?? 0));
  const dims = style.chosen.size > 0;
  for (const index of order) {
    const spot = spots[index];
    if (spot === undefined) continue;
    const near = cloud.dimensions === 3 ? 1.25 - 0.55 * spot.depth : 1;
    const plain = dims && !style.chosen.has(index);
    ctx.globalAlpha = (plain ? 0.22 : style.alpha) * (0.45 + 0.55 * Math.min(1, near));
    paintSpot(ctx, cloud, index, spot, style.radius * near, palette);
  }
  ctx.globalAlpha = 1;
  const spot = style.selected === null ? undefined : spots[style.selected];
  if (spot !== undefined) ring(ctx, spot, style.radius + 4, palette.ink);
}

function paintSpot(
  ctx: CanvasRenderingContext2D,
  cloud: Cloud,
  index: number,
  { x, y }: Spot,
  radius: number,
  palette: Palette,
): void {
  const color = colorOfPoint(cloud, index, palette.dark);
  traceMarker(ctx, cloud.labels[index] ?? 0, x, y, radius);
  if (cloud.heldOut?.[index] === 1) {
    ctx.fillStyle = palette.card;
    ctx.fill();
    ctx.strokeStyle = color;
    ctx.lineWidth = Math.max(1, Math.min(2, radius / 2.2));
    ctx.stroke();
    return;
  }
  ctx.fillStyle = color;
  ctx.fill();
}

function ring(ctx: CanvasRenderingContext2D, { x, y }: Spot, radius: number, color: string): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.stroke();
}

const EDGES = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((corner) =>
  [1, 2, 4].flatMap((bit) => ((corner & bit) === 0 ? [[corner, corner | bit] as const] : [])),
);

/** The box about the points, so that turning it can be seen. */
export function paintBox(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  ball: Ball,
  eye: Eye,
  palette: Palette,
): void {
  const place = viewer(ball, rect, eye);
  const [x, y, z] = ball.middle;
  const side = (corner: number, bit: number): number => ((corner & bit) === 0 ? -1 : 1);
  const corners = Array.from({ length: 8 }, (_, corner) =>
    place(
      x + side(corner, 1) * ball.reach,
      y + side(corner, 2) * ball.reach,
      z + side(corner, 4) * ball.reach,
    ),
  );
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = scaled(palette, 1);
  ctx.beginPath();
  for (const [from, to] of EDGES) {
    const [a, b] = [corners[from], corners[to]];
    if (a === undefined || b === undefined) continue;
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
  }
  ctx.stroke();
}

/** The line that is being drawn about points. */
export function paintLasso(
  ctx: CanvasRenderingContext2D,
  line: readonly Place[],
  palette: Palette,
): void {
  if (line.length < 2) return;
  ctx.beginPath();
  line.forEach(({ x, y }, index) => (index === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  ctx.closePath();
  ctx.globalAlpha = 0.1;
  ctx.fillStyle = palette.accent;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = scaled(palette, 2);
  ctx.setLineDash([6, 4]);
  ctx.stroke();
  ctx.setLineDash([]);
}
