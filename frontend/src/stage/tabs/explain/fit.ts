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
/** Room beside a map: `spread 0.12` in small mono; `step 12 290` with its button; `0…0.0051`. */
const WORDS_WIDTH = { usual: 90, long: 110, tight: 66 } as const;
/** So much larger maps are worth that what is said of them is said in the shortest words. */
const WORTH = 1.15;
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
const HEAD = { one: 28, two: 36 } as const;

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
  const gap = GAP * zoom;
  const across = room.width - room.label - EDGE - gap * (count + 1);
  const equal = across / (count + 1);
  const narrow = equal < NARROW * zoom;
  const head = (narrow ? HEAD.two : HEAD.one) * zoom;
  const down = (room.height - head - EDGE - gap * rows) / Math.max(1, rows);
  const lines = linesOf(equal, (across - LEAST) / count, methods, zoom);
  const sideWith = (words: number): number =>
    Math.min(down, (across - count * words) / (count + 1));
  const whole = (methods.long ? WORDS_WIDTH.long : WORDS_WIDTH.usual) * zoom;
  const below = Math.min(equal, down - lines * WORDS_HEIGHT * zoom);
  const brief = sideWith(WORDS_WIDTH.tight * zoom) > WORTH * Math.max(sideWith(whole), below);
  const words = brief ? WORDS_WIDTH.tight * zoom : whole;
  const beside = sideWith(words);
  const wide = beside >= Math.max(below, LEAST);
  const side = Math.floor(Math.max(LEAST, Math.min(MOST * zoom, wide ? beside : below)));
  const least = wide ? side + words : Math.max(side, COLUMN * zoom);
  const columnWidth = Math.floor(Math.max(least, (across - side) / count));
  return {
    side,
    beside: wide,
    columnWidth,
    narrow: columnWidth < NARROW * zoom,
    tight: wide ? brief : columnWidth < TIGHT * zoom,
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
