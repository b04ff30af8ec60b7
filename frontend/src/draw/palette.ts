/** The page's colours and fonts, read from the CSS tokens for use on a canvas. */

export interface Palette {
  readonly dark: boolean;
  readonly paper: string;
  readonly card: string;
  readonly ink: string;
  readonly ink2: string;
  readonly line: string;
  readonly neg: string;
  readonly pos: string;
  readonly negLine: string;
  readonly posLine: string;
  readonly accent: string;
  readonly sans: string;
  readonly mono: string;
  /** The page's type size over 16 px: larger on large screens and in Present. */
  readonly zoom: number;
}

const FALLBACK: Omit<Palette, "dark" | "zoom"> = {
  paper: "#fbfaf7",
  card: "#ffffff",
  ink: "#1d2126",
  ink2: "#5a626c",
  line: "#e6e3dc",
  neg: "#d97706",
  pos: "#2563a8",
  negLine: "#a85000",
  posLine: "#005a9c",
  accent: "#d97706",
  sans: "Inter Variable, Inter, sans-serif",
  mono: "JetBrains Mono Variable, JetBrains Mono, monospace",
};

const PROPERTIES: Readonly<Record<keyof typeof FALLBACK, string>> = {
  paper: "--paper",
  card: "--card",
  ink: "--ink",
  ink2: "--ink-2",
  line: "--line",
  neg: "--neg",
  pos: "--pos",
  negLine: "--neg-line",
  posLine: "--pos-line",
  accent: "--accent",
  sans: "--sans",
  mono: "--mono",
};

/** Whether a CSS hex colour is dark; any other notation counts as light. */
export function isDark(color: string): boolean {
  const match = /^#([0-9a-f]{6})$/i.exec(color.trim());
  if (match?.[1] === undefined) return false;
  const value = Number.parseInt(match[1], 16);
  return ((value >> 16) & 255) + ((value >> 8) & 255) + (value & 255) < 384;
}

export function readPalette(root: Element = document.documentElement): Palette {
  const style = getComputedStyle(root);
  const read = (name: keyof typeof FALLBACK): string =>
    style.getPropertyValue(PROPERTIES[name]).trim() || FALLBACK[name];
  const colors = Object.fromEntries(
    (Object.keys(PROPERTIES) as (keyof typeof FALLBACK)[]).map((name) => [name, read(name)]),
  ) as Record<keyof typeof FALLBACK, string>;
  const zoom = (Number.parseFloat(style.fontSize) || 16) / 16;
  return { ...colors, dark: isDark(colors.card), zoom };
}

/** A size in pixels that grows with the page's type and never falls below what is readable. */
export function scaled(palette: Palette, size_px: number): number {
  return size_px * Math.max(1, palette.zoom);
}

/** The same factor for a layout, read from the page: not below 1. */
export function typeZoom(root: Element = document.documentElement): number {
  return Math.max(1, (Number.parseFloat(getComputedStyle(root).fontSize) || 16) / 16);
}

/** A canvas font. */
export function font(
  palette: Palette,
  size_px: number,
  family: "mono" | "sans" = "mono",
  weight = 400,
): string {
  return `${weight} ${scaled(palette, size_px)}px ${palette[family]}`;
}

/** Call back when the theme may have changed; returns how to stop. */
export function onThemeChange(callback: () => void): () => void {
  const observer = new MutationObserver(callback);
  observer.observe(document.documentElement, { attributes: true });
  const media =
    typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
  media?.addEventListener("change", callback);
  window.addEventListener("resize", callback);
  return () => {
    observer.disconnect();
    media?.removeEventListener("change", callback);
    window.removeEventListener("resize", callback);
  };
}
