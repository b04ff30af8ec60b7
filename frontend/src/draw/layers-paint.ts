/** The columns of a network on images, painted: ribbons, maps, units, bars, and what is chosen. */

import { ground } from "./bars";
import { hasBlocks } from "./blocks";
import { paintArcs, paintFrames, paintLines } from "./blocks-paint";
import { cssOf, tableOf } from "./color";
import { paintRibbon, type Edge } from "./curves";
import { percent } from "./format";
import { isOutput, type LayerPlace, type LayersLayout } from "./places";
import type { NetworkColumn, NetworkPicture } from "./network";
import { font, scaled, type Palette } from "./palette";
import type { Rect } from "./raster";
import { frameRect, paintTile, quiet, sharedRange } from "./tile";

export interface LayersFocus {
  readonly column: number;
  readonly cell: number;
}

export interface LayersStyle {
  readonly selected: LayersFocus | null;
  readonly hovered: LayersFocus | null;
  /** One range for all maps of a layer, instead of each its own. */
  readonly shared: boolean;
}

export function paintLayers(
  ctx: CanvasRenderingContext2D,
  picture: NetworkPicture,
  layout: LayersLayout,
  style: LayersStyle,
  palette: Palette,
): void {
  const blocks = hasBlocks(picture);
  if (blocks) paintLines(ctx, picture, layout, palette);
  for (const link of picture.links) {
    if (blocks || link.skip === true) continue;
    const source = layout.places[link.source];
    const target = layout.places[link.target];
    if (source !== undefined && target !== undefined)
      paintRibbon(ctx, edge(source.rect, true), edge(target.rect, false), palette);
  }
  for (const place of layout.places) {
    const column = picture.columns[place.column];
    if (column === undefined) continue;
    if (isOutput(picture, place.column)) paintOutput(ctx, column, place, palette);
    else if (column.tiles.length > 0) paintMaps(ctx, column, place, style.shared, palette);
    else paintUnits(ctx, column, place, palette);
  }
  if (blocks) paintFrames(ctx, picture, layout, palette);
  paintArcs(ctx, picture, layout, layout.floor, palette);
  paintFocus(ctx, layout, style.hovered, palette.ink2, 2);
  paintFocus(ctx, layout, style.selected, palette.accent, 3);
}

function edge(rect: Rect, right: boolean): Edge {
  const margin = 4;
  return {
    x: right ? rect.x + rect.width + 3 : rect.x - 3,
    top: rect.y - margin,
    bottom: rect.y + rect.height + margin,
  };
}

function paintMaps(
  ctx: CanvasRenderingContext2D,
  column: NetworkColumn,
  place: LayerPlace,
  shared: boolean,
  palette: Palette,
): void {
  const range = shared && column.kind !== "input" ? sharedRange(column.tiles) : null;
  column.tiles.forEach((tile, index) => {
    const rect = place.cells[index];
    if (rect !== undefined) paintTile(ctx, quiet(tile), rect, palette, { shared: range });
  });
  if (column.kind === "input") frameRect(ctx, place.rect, palette.line, 2);
}

/** Units without maps as squares: signed where some are negative, else from paper to ink. */
function paintUnits(
  ctx: CanvasRenderingContext2D,
  column: NetworkColumn,
  place: LayerPlace,
  palette: Palette,
): void {
  const values = column.values ?? [];
  let reach = 1e-9;
  let signed = false;
  for (let i = 0; i < values.length; i++) {
    reach = Math.max(reach, Math.abs(values[i] ?? 0));
    signed ||= (values[i] ?? 0) < 0;
  }
  const table = tableOf(signed ? "signed" : "pixels", palette.dark);
  place.cells.forEach((cell, index) => {
    const share = (values[index] ?? 0) / reach;
    ctx.fillStyle = cssOf(table, signed ? 127.5 + 127.5 * share : 255 * share);
    ctx.fillRect(cell.x, cell.y, cell.width, cell.height);
  });
}

function paintOutput(
  ctx: CanvasRenderingContext2D,
  column: NetworkColumn,
  place: LayerPlace,
  palette: Palette,
): void {
  const values = column.values ?? [];
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  const names = place.cells.map(
    (_, index) => column.names[column.shown[index] ?? index] ?? String(index),
  );
  ctx.font = font(palette, 13);
  const widest = Math.min(
    place.rect.width * 0.6,
    Math.max(...names.map((name) => ctx.measureText(name).width)),
  );
  place.cells.forEach((cell, index) => {
    const value = Math.max(0, Math.min(1, values[index] ?? 0));
    const middle = cell.y + cell.height / 2;
    const thick = Math.max(
      4,
      Math.min(scaled(palette, 16), cell.height * (cell.height < scaled(palette, 26) ? 0.8 : 0.58)),
    );
    const left = cell.x + widest + 10;
    const width = cell.x + cell.width - left;
    ctx.font = `${nameSize(cell, palette)}px ${palette.mono}`;
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.fillStyle = index === best ? palette.ink : palette.ink2;
    ctx.fillText(names[index] ?? "", cell.x, middle + 0.5, widest);
    ctx.fillStyle = ground(palette);
    ctx.fillRect(left, middle - thick / 2, width, thick);
    ctx.fillStyle = index === best ? palette.neg : palette.dark ? "#5583b8" : "#7fa7d6";
    ctx.fillRect(left, middle - thick / 2, Math.max(1.5, value * width), thick);
    if (index !== best) return;
    // Above the bar where there is room, else in it.
    const inside = cell.height < scaled(palette, 26);
    ctx.font = font(palette, 12, "mono", 600);
    if (ctx.measureText(percent(value)).width > width) ctx.font = `600 12px ${palette.mono}`;
    if (ctx.measureText(percent(value)).width > width) return;
    ctx.fillStyle = inside && value > 0.75 ? "#14181d" : palette.ink;
    ctx.textAlign = "right";
    const y = inside ? middle + 1 : middle - thick / 2 - 6;
    if (inside && value <= 0.75) {
      // A halo, where the text may lie across the end of the bar.
      ctx.lineWidth = 4;
      ctx.lineJoin = "round";
      ctx.strokeStyle = palette.card;
      ctx.strokeText(percent(value), cell.x + cell.width - 4, y);
    }
    ctx.fillText(percent(value), cell.x + cell.width - (inside ? 4 : 0), y);
  });
}

/** Pixels; of rows that are lower than their names these touch. */
function nameSize(cell: Rect, palette: Palette): number {
  const least = Math.min(12, cell.height * 1.1);
  return Math.max(least, Math.min(scaled(palette, 13), cell.height * 0.8));
}

function paintFocus(
  ctx: CanvasRenderingContext2D,
  layout: LayersLayout,
  focus: LayersFocus | null,
  color: string,
  width: number,
): void {
  const place = focus === null ? undefined : layout.places[focus.column];
  const cell = focus === null || focus.cell < 0 ? place?.rect : place?.cells[focus.cell];
  if (cell === undefined) return;
  const out = width / 2 + (cell.width > 14 ? 0.5 : 0);
  frameRect(
    ctx,
    {
      x: cell.x - out,
      y: cell.y - out,
      width: cell.width + 2 * out,
      height: cell.height + 2 * out,
    },
    color,
    width,
  );
}
