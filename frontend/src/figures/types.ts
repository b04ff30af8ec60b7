/** What every figure component is handed. */

import type { Component } from "svelte";

import type { FrameData } from "../wire/frame";
import type { Figure } from "../wire/protocol";

/** What was clicked in a figure. */
export type FigureSelection =
  | { readonly type: "item"; readonly index: number }
  | { readonly type: "items"; readonly indices: readonly number[] }
  | { readonly type: "cell"; readonly row: number; readonly column: number }
  | { readonly type: "unit"; readonly layer: string; readonly unit: number };

export type Kind = Figure["type"];
export type FigureOf<K extends Kind> = Extract<Figure, { readonly type: K }>;

/** One range for a whole stack of pictures, and in words where it comes from. */
export interface SharedRange {
  readonly low: number;
  readonly high: number;
  readonly note: string;
}

export interface FigureProps<F extends Figure = Figure> {
  figure: F;
  data: FrameData;
  /** A thumbnail: the picture alone. */
  compact?: boolean;
  /** A small thumbnail of many points: some of them are enough. */
  sparse?: boolean;
  onselect?: ((selection: FigureSelection) => void) | undefined;
  /** The chosen item, framed. */
  selected?: number | null;
  /** One range for all pictures of a stack (true: what they span), instead of each its own. */
  shared?: boolean | SharedRange;
}

export type FigureComponent = Component<FigureProps>;
