/** One animation frame for the whole page: only canvases that are dirty and visible are painted. */

import { onThemeChange, readPalette, type Palette } from "./palette";

export interface Size {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

export type Paint = (ctx: CanvasRenderingContext2D, size: Size, palette: Palette) => void;

export interface Surface {
  /** Use this painter from now on; it is called once, in the next frame. */
  show(paint: Paint): void;
  close(): void;
}

interface Mounted {
  readonly canvas: HTMLCanvasElement;
  paint: Paint | null;
  dirty: boolean;
  visible: boolean;
  width: number;
  height: number;
}

const surfaces = new Map<Element, Mounted>();
let request = 0;
let palette: Palette | null = null;
let sizes: ResizeObserver | null = null;
let sights: IntersectionObserver | null = null;
let stopTheme: (() => void) | null = null;

function wake(): void {
  if (request === 0) request = requestAnimationFrame(frame);
}

function frame(): void {
  request = 0;
  palette ??= readPalette();
  for (const surface of surfaces.values()) {
    if (surface.dirty && surface.visible && surface.paint !== null)
      paint(surface, surface.paint, palette);
  }
}

function paint(surface: Mounted, painter: Paint, colors: Palette): void {
  if (surface.width === 0 || surface.height === 0) return;
  surface.dirty = false;
  const ratio = window.devicePixelRatio || 1;
  const { canvas } = surface;
  const width = Math.round(surface.width * ratio);
  const height = Math.round(surface.height * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const ctx = canvas.getContext("2d");
  if (ctx === null) return;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, surface.width, surface.height);
  painter(ctx, { width: surface.width, height: surface.height }, colors);
}

function soil(surface: Mounted): void {
  surface.dirty = true;
  if (surface.visible) wake();
}

function start(): void {
  sizes = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const surface = surfaces.get(entry.target);
      if (surface === undefined) continue;
      surface.width = entry.contentRect.width;
      surface.height = entry.contentRect.height;
      soil(surface);
    }
  });
  sights = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const surface = surfaces.get(entry.target);
      if (surface === undefined) continue;
      surface.visible = entry.isIntersecting;
      if (surface.visible && surface.dirty) wake();
    }
  });
  stopTheme = onThemeChange(() => {
    palette = null;
    surfaces.forEach(soil);
  });
  // Text measured before the fonts came is wrong afterwards.
  void document.fonts?.ready.then(() => surfaces.forEach(soil));
}

function stop(): void {
  sizes?.disconnect();
  sights?.disconnect();
  stopTheme?.();
  sizes = sights = stopTheme = palette = null;
  if (request !== 0) cancelAnimationFrame(request);
  request = 0;
}

/** Take a canvas into the page's frame loop. */
export function mount(canvas: HTMLCanvasElement): Surface {
  if (typeof ResizeObserver === "undefined" || typeof IntersectionObserver === "undefined") {
    return { show: () => undefined, close: () => undefined };
  }
  if (surfaces.size === 0) start();
  const surface: Mounted = { canvas, paint: null, dirty: true, visible: true, width: 0, height: 0 };
  surfaces.set(canvas, surface);
  sizes?.observe(canvas);
  sights?.observe(canvas);
  return {
    show(painter) {
      surface.paint = painter;
      soil(surface);
    },
    close() {
      surfaces.delete(canvas);
      sizes?.unobserve(canvas);
      sights?.unobserve(canvas);
      if (surfaces.size === 0) stop();
    },
  };
}
