/** A patch times a kernel, channel by channel, with the numbers in the cells. */

import { inkOn, tableOf } from "./color";
import { short } from "./format";
import { font, scaled, type Palette } from "./palette";

export interface ProductsPicture {
  readonly patch: ArrayLike<number>;
  readonly kernel: ArrayLike<number>;
  readonly sums: readonly number[];
  readonly firstChannel: number;
  readonly height: number;
  readonly width: number;
  readonly winner: number | null;
  isOutside(cell: number): boolean;
  /** Which channels are shown, by place. */
  readonly shown: readonly number[];
}

export interface ProductsLayout {
  readonly cell: { readonly width: number; readonly height: number };
  readonly columns: number;
  /** Of one channel, with the room around it. */
  readonly box: { readonly width: number; readonly height: number };
  readonly height: number;
}

const CELL = { width: 42, height: 25 };
const HEAD = 20;
const TIMES = 22;
const SUM = 72;
const GAP = 18;
/** Cells this wide hold their numbers well. */
const LEAST_CELL_PX = 35;
/** Narrower cells are drawn without numbers. */
const LEAST_NUMBERED_PX = 30;

/** How many grids a channel has: a maximum has no kernel. */
function grids(picture: ProductsPicture): number {
  return picture.winner === null ? 2 : 1;
}

export function layoutProducts(
  picture: ProductsPicture,
  width: number,
  zoom: number,
): ProductsLayout {
  const count = grids(picture);
  const fixed = (count - 1) * TIMES + SUM * zoom + GAP;
  // As many side by side as leave room for the numbers in the cells.
  const room = (across: number): number =>
    (width / across - fixed + (across === 1 ? GAP : 0)) / (count * picture.width);
  let columns = 1;
  while (columns < picture.shown.length && room(columns + 1) >= LEAST_CELL_PX * zoom) columns++;
  const wide = Math.max(6, Math.min(CELL.width * zoom, room(columns)));
  const tall = Math.min(CELL.height * zoom, wide);
  const box = {
    width: count * picture.width * wide + fixed,
    height: picture.height * tall + HEAD * zoom + GAP / 2,
  };
  const height = Math.ceil(picture.shown.length / columns) * box.height;
  return { cell: { width: wide, height: tall }, columns, box, height };
}

export function paintProducts(
  ctx: CanvasRenderingContext2D,
  picture: ProductsPicture,
  layout: ProductsLayout,
  palette: Palette,
): void {
  const reach = [largest(picture.patch), largest(picture.kernel)] as const;
  const size = picture.height * picture.width;
  picture.shown.forEach((channel, at) => {
    const x = (at % layout.columns) * layout.box.width;
    const y = Math.floor(at / layout.columns) * layout.box.height;
    const zoom = scaled(palette, 1);
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    ctx.fillStyle = palette.ink2;
    ctx.font = font(palette, 12, "sans", 600);
    ctx.fillText(`channel ${picture.firstChannel + channel}`, x, y + 13 * zoom);
    const top = y + HEAD * zoom;
    const wide = picture.width * layout.cell.width;
    const middle = top + (picture.height * layout.cell.height) / 2;
    const offset = channel * size;
    const grid = { picture, layout, offset };
    paintGrid(ctx, grid, { x, y: top, values: picture.patch, reach: reach[0] }, palette);
    let end = x + wide;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    if (picture.winner === null) {
      sign(ctx, "×", end + TIMES / 2, middle, palette);
      end += TIMES;
      const right = { x: end, y: top, values: picture.kernel, reach: reach[1] };
      paintGrid(ctx, grid, right, palette);
      end += wide;
    }
    const sum = picture.sums[channel] ?? NaN;
    sign(ctx, "=", end + TIMES / 2, middle, palette);
    ctx.textAlign = "left";
    ctx.fillStyle = sum < 0 ? palette.negLine : palette.posLine;
    ctx.font = font(palette, 13, "mono", 600);
    ctx.fillText(short(sum), end + TIMES, middle);
  });
}

function sign(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  palette: Palette,
): void {
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = palette.ink2;
  ctx.font = font(palette, 15, "sans");
  ctx.fillText(text, x, y);
}

interface Grid {
  readonly picture: ProductsPicture;
  readonly layout: ProductsLayout;
  readonly offset: number;
}

interface Side {
  readonly x: number;
  readonly y: number;
  readonly values: ArrayLike<number>;
  readonly reach: number;
}

function paintGrid(
  ctx: CanvasRenderingContext2D,
  { picture, layout, offset }: Grid,
  side: Side,
  palette: Palette,
): void {
  const { cell } = layout;
  const table = tableOf("signed", palette.dark);
  const isNumbered = cell.width >= LEAST_NUMBERED_PX;
  const isPatch = side.values === picture.patch;
  ctx.font = font(palette, 12);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (let at = 0; at < picture.width * picture.height; at++) {
    const value = side.values[offset + at] ?? 0;
    const x = side.x + (at % picture.width) * cell.width;
    const y = side.y + Math.floor(at / picture.width) * cell.height;
    const isOutside = isPatch && picture.isOutside(at);
    const level = Math.round(127.5 + 127.5 * Math.max(-1, Math.min(1, value / side.reach)));
    const word = table[level] ?? 0;
    ctx.fillStyle = isOutside ? palette.line : css(word);
    ctx.fillRect(x + 0.5, y + 0.5, cell.width - 1, cell.height - 1);
    if (!isNumbered) continue;
    ctx.fillStyle = isOutside ? palette.ink2 : inkOn(word);
    const text = isOutside ? "edge" : value.toFixed(Math.abs(value) >= 100 ? 0 : 2);
    ctx.fillText(
      text.replace("-", "−"),
      x + cell.width / 2,
      y + cell.height / 2 + 0.5,
      cell.width - 3,
    );
  }
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  ctx.strokeRect(side.x, side.y, picture.width * cell.width, picture.height * cell.height);
  if (isPatch && picture.winner !== null) {
    const { winner } = picture;
    ctx.strokeStyle = palette.accent;
    ctx.lineWidth = 3;
    ctx.strokeRect(
      side.x + (winner % picture.width) * cell.width + 1,
      side.y + Math.floor(winner / picture.width) * cell.height + 1,
      cell.width - 2,
      cell.height - 2,
    );
  }
}

function css(word: number): string {
  return `rgb(${word & 255} ${(word >> 8) & 255} ${(word >> 16) & 255})`;
}

function largest(values: ArrayLike<number>): number {
  let found = 1e-9;
  for (let at = 0; at < values.length; at++) found = Math.max(found, Math.abs(values[at] ?? 0));
  return found;
}
