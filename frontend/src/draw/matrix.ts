/** A matrix of counts with its numbers: hits on the diagonal in blue, misses in orange. */

import { extremes } from "./chart";
import { inkOn, packed, tableOf, unpacked, type Rgb } from "./color";
import { scaled, type Palette } from "./palette";
import type { Rect } from "./raster";
import { cutAlike } from "./words";

/** Share of its width that a number or a word keeps at least. */
const SQUEEZED = 0.8;

export interface Matrix {
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  /** Rows and columns name the same things, so that the diagonal is right and the rest is wrong. */
  readonly confusion: boolean;
}

/** Where the cells lie beside their labels, which grow with the type. */
export function matrixRect(
  size: { readonly width: number; readonly height: number },
  matrix: Matrix,
  zoom: number,
): Rect {
  const longest = Math.max(0, ...matrix.rowLabels.map((label) => label.length));
  const left =
    matrix.rowLabels.length > 0 ? Math.min(size.width * 0.34, 10 + longest * 7.4 * zoom) : 0;
  const foot = matrix.columnLabels.length > 0 ? 18 * zoom : 0;
  return { x: left, y: 0, width: size.width - left, height: size.height - foot };
}

/** Where one cell lies, counted row by row. */
export function cellRect(
  size: { readonly width: number; readonly height: number },
  matrix: Matrix,
  index: number,
  zoom: number,
): Rect {
  const rect = matrixRect(size, matrix, zoom);
  const [width, height] = [rect.width / matrix.columns, rect.height / matrix.rows];
  const row = Math.floor(index / matrix.columns);
  return { x: rect.x + (index % matrix.columns) * width, y: rect.y + row * height, width, height };
}

function largest(matrix: Matrix, wrong: boolean): number {
  let most = 1;
  for (let i = 0; i < matrix.values.length; i++) {
    const diagonal = Math.floor(i / matrix.columns) === i % matrix.columns;
    if (matrix.confusion && diagonal === wrong) continue;
    most = Math.max(most, matrix.values[i] ?? 0);
  }
  return most;
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const mix = (a: number, b: number): number => Math.round(a + (b - a) * share);
  return [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])];
}

export function paintMatrix(
  ctx: CanvasRenderingContext2D,
  size: { readonly width: number; readonly height: number },
  matrix: Matrix,
  palette: Palette,
): void {
  const rect = matrixRect(size, matrix, scaled(palette, 1));
  const table = tableOf("signed", palette.dark);
  const [orange, zero, blue] = [0, 128, 255].map((level) => unpacked(table[level] ?? 0)) as [
    Rgb,
    Rgb,
    Rgb,
  ];
  const mostRight = largest(matrix, false);
  const mostWrong = largest(matrix, true);
  const width = rect.width / matrix.columns;
  const height = rect.height / matrix.rows;
  const font = numberSize(matrix, width, height, palette);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.columns; column++) {
      const value = matrix.values[row * matrix.columns + column] ?? 0;
      const right = !matrix.confusion || row === column;
      const share = right ? value / mostRight : 0.08 + 0.5 * (value / mostWrong);
      const color =
        value === 0
          ? zero
          : mixed(
              zero,
              right ? blue : orange,
              right && matrix.confusion ? 0.55 + 0.45 * share : share,
            );
      const x = rect.x + column * width;
      const y = rect.y + row * height;
      ctx.fillStyle = `rgb(${color.join(" ")})`;
      ctx.fillRect(x + 0.5, y + 0.5, width - 1, height - 1);
      if (value === 0 || font < 8) continue;
      ctx.font = `${font}px ${palette.mono}`;
      ctx.fillStyle = inkOn(packed(color));
      ctx.fillText(String(value), x + width / 2, y + height / 2 + 0.5, width - 4);
    }
  }
  paintLabels(ctx, rect, matrix, palette);
}

/** Pixels; the longest number is squeezed by a fifth before all are set smaller. */
function numberSize(matrix: Matrix, width: number, height: number, palette: Palette): number {
  const digits = String(Math.round(extremes(matrix.values)[1])).length;
  const fits = (width - 4) / (0.6 * SQUEEZED * Math.max(3, digits));
  return Math.max(8, Math.min(Math.max(scaled(palette, 13), height * 0.34), height * 0.76, fits));
}

function paintLabels(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  matrix: Matrix,
  palette: Palette,
): void {
  const row = rect.height / matrix.rows;
  const wish = scaled(palette, Math.max(12, Math.min(17, row * 0.3)));
  ctx.font = `${Math.max(12, Math.min(wish, row * 0.95))}px ${palette.mono}`;
  ctx.fillStyle = palette.ink2;
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  matrix.rowLabels.forEach((label, row) => {
    ctx.fillText(label, rect.x - 6, rect.y + ((row + 0.5) * rect.height) / matrix.rows, rect.x - 6);
  });
  ctx.textAlign = "center";
  ctx.font = `${wish}px ${palette.mono}`;
  const width = rect.width / matrix.columns;
  const fits = (word: string): boolean => ctx.measureText(word).width * SQUEEZED <= width - 4;
  cutAlike(matrix.columnLabels, fits).forEach((word, column) => {
    const x = rect.x + (column + 0.5) * width;
    ctx.fillText(word, x, rect.y + rect.height + scaled(palette, 10), width - 4);
  });
}
