/** Colour tables: 256 packed pixels each, made once per theme. */

export type Scale = "signed" | "magnitude" | "pixels" | "counts";
export type Rgb = readonly [number, number, number];
/** 256 pixels as the canvas stores them: R, G, B, A from the lowest byte. */
export type ColorTable = Uint32Array<ArrayBuffer>;

const STOPS = {
  light: {
    signed: ["#d97706", "#fbfaf7", "#2563a8"],
    pixels: ["#fbfaf7", "#14182b"],
    counts: ["#fbfaf7", "#2563a8"],
  },
  dark: {
    signed: ["#f59e2b", "#1b1f24", "#5aa2ee"],
    pixels: ["#14171b", "#f4f2ec"],
    counts: ["#1d2126", "#5aa2ee"],
  },
} as const;

/** Perceptually uniform maps at ten stops. */
const INFERNO = [
  ...["#000004", "#1b0c42", "#4b0c6b", "#781c6d", "#a52c60"],
  ...["#cf4446", "#ed6925", "#fb9a06", "#f7d03c", "#fcffa4"],
] as const;
const VIRIDIS = [
  ...["#440154", "#482878", "#3e4a89", "#31688e", "#26828e"],
  ...["#1f9e89", "#35b779", "#6dcd59", "#b4de2c", "#fde725"],
] as const;
/** Heights of a surface: dark where it is low, as a valley is. */
const TERRAIN = {
  light: ["#1c2740", "#5d6a85", "#f5f3ee"],
  dark: ["#8fb8ea", "#3a475c", "#1b1f24"],
} as const;

/** What stands for zero. */
export const CLEAR = { light: STOPS.light.signed[1], dark: STOPS.dark.signed[1] } as const;

/** Ten hues that stay apart for colour-blind people, in a fixed order; 0 and 1 are the signed pair. */
export const CLASS_COLORS = {
  light: [
    ...["#d97706", "#2563a8", "#1b8a5a", "#b5338a", "#6d4bc3"],
    ...["#c8382f", "#0e8f9f", "#8a6d00", "#5a626c", "#e36ba9"],
  ],
  dark: [
    ...["#f59e2b", "#5aa2ee", "#4cc38a", "#e070bb", "#a88bf0"],
    ...["#f0746b", "#40c4d4", "#d3b13a", "#9aa4b0", "#f4a3cc"],
  ],
} as const;

export function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function packed([red, green, blue]: Rgb, alpha = 255): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

export function unpacked(word: number): Rgb {
  return [word & 255, (word >> 8) & 255, (word >> 16) & 255];
}

/** A table that runs through the stops at even distances. */
export function ramp(stops: readonly string[]): ColorTable {
  const colors = stops.map(rgb);
  const table = new Uint32Array(256);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (colors.length - 1);
    const first = Math.min(Math.floor(place), colors.length - 2);
    const from = colors[first] ?? [0, 0, 0];
    const to = colors[first + 1] ?? from;
    const share = place - first;
    const mix = (a: number, b: number): number => Math.round(a + (b - a) * share);
    table[level] = packed([mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])]);
  }
  return table;
}

const cache = new Map<string, ColorTable>();

function cached(name: string, stops: readonly string[]): ColorTable {
  let table = cache.get(name);
  if (table === undefined) cache.set(name, (table = ramp(stops)));
  return table;
}

/** The table for a figure's scale: one for the whole project, so that a colour means one thing. */
export function tableOf(scale: Scale, dark: boolean): ColorTable {
  const theme = dark ? "dark" : "light";
  switch (scale) {
    case "magnitude":
      return cached("inferno", INFERNO);
    case "signed":
    case "pixels":
    case "counts":
      return cached(`${scale}-${theme}`, STOPS[theme][scale]);
    default:
      throw new Error(`no colour table for ${String(scale satisfies never)}`);
  }
}

export function viridis(): ColorTable {
  return cached("viridis", VIRIDIS);
}

export function terrain(dark: boolean): ColorTable {
  return cached(dark ? "terrain-dark" : "terrain-light", TERRAIN[dark ? "dark" : "light"]);
}

export function classColor(index: number, dark: boolean): string {
  const colors = CLASS_COLORS[dark ? "dark" : "light"];
  return colors[index % colors.length] ?? "#5a626c";
}

/** The colour of a class in both themes, as CSS. */
export function classCss(index: number): string {
  const at = index % CLASS_COLORS.light.length;
  return `light-dark(${CLASS_COLORS.light[at] ?? ""}, ${CLASS_COLORS.dark[at] ?? ""})`;
}

/** CSS colour of one entry of a table, 0-255. */
export function cssOf(table: ColorTable, level: number, alpha = 1): string {
  const [red, green, blue] = unpacked(table[Math.max(0, Math.min(255, Math.round(level)))] ?? 0);
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}

/** Black or white, whichever is easier to read on the colour. */
export function inkOn(word: number): string {
  const [red, green, blue] = unpacked(word);
  const linear = (channel: number): number => (channel / 255) ** 2.2;
  const light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return light > 0.3 ? "#1d2126" : "#ffffff";
}
