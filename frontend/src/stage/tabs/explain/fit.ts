/** How large the cells of the grid are, so that all inputs and methods are seen at once. */

export interface Fit {
  /** Side of a map, in pixels; as wide is the input's column. */
  readonly side: number;
  /** What is said of a map stands beside it, not below. */
  readonly beside: boolean;
  /** Of a method; they are never so narrow that a word is cut, the grid scrolls rather. */
  readonly columnWidth: number;
  readonly rowHeight: number;
  /** Headings take two lines. */
  readonly narrow: boolean;
  /** Only the shortest words fit below a map. */
  readonly tight: boolean;
  /** How many lines of words room is kept for below a map; where it takes more, rows grow. */
  readonly lines: 1 | 2;
}

interface Room {
  readonly width: number;
  readonly height: number;
  /** Of the words at the left of each row. */
  readonly label: number;
  readonly zoom: number;
}

const LEAST = 40;
const MOST = 340;
const GAP = 6;
/** Around the grid. */
const EDGE = 4;
/** Room for `spread 0.12` in the small mono type. */
const WORDS_WIDTH = 90;
const WORDS_HEIGHT = 19;
/** Below this a heading such as `Integrated gradients` needs two lines. */
const NARROW = 150;
/** Below this `± 1.3 gap 0.4 % rough` does not fit into a line. */
const BROAD = 172;
/** And below this `gap 0.4 % rough` does not. */
const TIGHT = 128;
/** And below this `±1.30 0.4%` does not. */
const SHORT = 82;
/** `±0.74 0.4%`, or the longest of the other short words. */
const COLUMN = 80;
const HEAD = { one: 26, two: 34 } as const;

/** How many methods there are, and whether one of them has more to say than others. */
interface Methods {
  readonly count: number;
  /** It is computed once, and tells its step. */
  readonly long: boolean;
  /** It comes with several numbers. */
  readonly wordy: boolean;
}

/** The largest maps that fit, with the words beside or below, whichever leaves more room. */
export function fitOf(room: Room, rows: number, methods: Methods): Fit {
  // On a small screen words get no smaller.
  const zoom = Math.max(1, room.zoom);
  const count = Math.max(1, methods.count);
  const across = room.width - room.label - EDGE - GAP * (count + 1);
  const equal = across / (count + 1);
  const narrow = equal < NARROW * zoom;
  const head = (narrow ? HEAD.two : HEAD.one) * zoom;
  const down = (room.height - head - EDGE - GAP * rows) / Math.max(1, rows);
  const words = WORDS_WIDTH * zoom;
  const lines = linesOf(equal, (across - LEAST) / count, methods, zoom);
  const beside = Math.min(down, (across - count * words) / (count + 1));
  const below = Math.min(equal, down - lines * WORDS_HEIGHT * zoom);
  const wide = beside >= Math.max(below, LEAST);
  const side = Math.floor(Math.max(LEAST, Math.min(MOST, wide ? beside : below)));
  const least = wide ? side + words : Math.max(side, COLUMN * zoom);
  const columnWidth = Math.floor(Math.max(least, (across - side) / count));
  return {
    side,
    beside: wide,
    columnWidth,
    narrow: columnWidth < NARROW * zoom,
    tight: !wide && columnWidth < TIGHT * zoom,
    lines,
    rowHeight: Math.floor(side + (wide ? 0 : lines * WORDS_HEIGHT * zoom)),
  };
}

/** Where the columns are tight they are as wide as the least input leaves them. */
function linesOf(equal: number, most: number, { long, wordy }: Methods, zoom: number): 1 | 2 {
  if (equal >= BROAD * zoom) return 1;
  if (wordy) return 2;
  return most < TIGHT * zoom ? (most < SHORT * zoom ? 2 : 1) : long ? 2 : 1;
}
