/** The figures of pictures among those of a view. */

import type { FigureFrame } from "../../state/watch.svelte";
import type { ImagesFigure } from "../../wire/protocol";

export function picturesIn(frame: FigureFrame | null): readonly ImagesFigure[] {
  return (frame?.figures ?? []).filter(
    (figure): figure is ImagesFigure => figure.type === "images",
  );
}
