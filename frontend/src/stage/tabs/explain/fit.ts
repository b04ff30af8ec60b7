/** How large the cells of the grid are, so that all inputs and methods are seen at once. */

export interface Fit {
  /** Side of a map, in pixels. */
  readonly side: number;
  /** What is said of a map stands beside it, not below. */
  readonly beside: boolean;
  readonly columnWidth: number;
  readonly rowHeight: number;
  /** Headings take two lines. */
  readonly narrow: boolean;
  /** Only the shortest words fit below a map. */
  readonly tight: boolean;
  /** How many lines of words there is room for below a map. */
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
/** Room for `gap 0.4 %` in the small mono type. */
const WORDS_WIDTH = 84;
const WORDS_HEIGHT = 19;
/** Below this a heading such as `Integrated gradients` needs two lines. */
const NARROW = 150;
/** And below this `± 1.3 gap 0.4 %` does not fit into a line. */
const TIGHT = 128;
const HEAD = { one: 26, two: 34 } as const;

/** The largest maps that fit, with the words beside or below, whichever leaves more room. */
export function fitOf(room: Room, rows: number, columns: number): Fit {
  const across = (room.width - room.label - GAP * columns) / Math.max(1, columns);
  const narrow = across < NARROW * room.zoom;
  const head = (narrow ? HEAD.two : HEAD.one) * room.zoom;
  const down = (room.height - head - GAP * rows) / Math.max(1, rows);
  const words = WORDS_WIDTH * room.zoom;
  const beside = Math.min(down, across - words);
  const below = Math.min(across, down - WORDS_HEIGHT * room.zoom);
  const wide = beside >= below;
  const side = Math.floor(Math.max(LEAST, Math.min(MOST, wide ? beside : below)));
  const tight = !wide && across < TIGHT * room.zoom;
  const lines = tight && side + 2 * WORDS_HEIGHT * room.zoom <= down ? 2 : 1;
  return {
    side,
    beside: wide,
    columnWidth: Math.floor(Math.max(side + (wide ? words : 0), across)),
    narrow,
    tight,
    lines,
    rowHeight: Math.floor(side + (wide ? 0 : lines * WORDS_HEIGHT * room.zoom)),
  };
}
