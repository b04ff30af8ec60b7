/** The rows of the grid: every pinned input, with what the network says of it. */

import type { Tile } from "../../../draw/tile";
import { tilesOf } from "../../../figures/read";
import type { FigureFrame } from "../../../state/watch.svelte";

export interface Row {
  readonly slot: number;
  readonly tile: Tile | null;
  readonly predicted: string;
  readonly share: string;
  /** Its true class, empty where that is unknown. */
  readonly truth: string;
  readonly wrong: boolean;
}

/** Rows of the `inputs` view; `truthOf` says what is known of a slot's true class. */
export function rowsOf(
  frame: FigureFrame | null,
  slots: readonly number[],
  truthOf: (slot: number) => string,
): readonly Row[] {
  const figure = frame?.figures[0];
  if (frame === null || figure?.type !== "images") {
    const nothing = { tile: null, predicted: "", share: "", wrong: false };
    return slots.map((slot) => ({ ...nothing, slot, truth: truthOf(slot) }));
  }
  const tiles = tilesOf(figure.images, frame.data);
  const wrong = String(figure.facts["wrong"] ?? "").split(" ");
  return String(figure.facts["slots"] ?? "0")
    .split(" ")
    .map((text, place) => {
      const slot = Number(text);
      const [predicted = "", share = ""] = (figure.labels[place] ?? "").split(": ");
      const isWrong = wrong[place] === "1";
      const truth = truthOf(slot);
      return { slot, tile: tiles[place] ?? null, predicted, share, truth, wrong: isWrong };
    });
}

/** The slot that was picked, as long as it has a row; else that of the first. */
export function pickedSlot(rows: readonly Row[], picked: number): number {
  return rows.some(({ slot }) => slot === picked) ? picked : (rows[0]?.slot ?? 0);
}
