/** Words that fit a place on a canvas. */

/** The longest of the ways to say it that fits, never squeezed; empty where none does. */
export function worded(
  ctx: Pick<CanvasRenderingContext2D, "measureText">,
  ways: readonly string[],
  room: number,
): string {
  return ways.find((way) => ctx.measureText(way).width <= room) ?? "";
}

/** `3 · 4.21` or `3: 5.1 (data 2.1)`, then less and less of it. */
export function shorter(label: string): string[] {
  return [label, label.split(" (")[0] ?? label, label.split(/ · |: /)[0] ?? label];
}

/**
 * Words that stand side by side, each cut to as many letters as let all of them fit: whole ones where
 * that is so. Of few letters each says more than an ellipsis.
 */
export function cutAlike(labels: readonly string[], fits: (word: string) => boolean): string[] {
  for (let most = Math.max(0, ...labels.map(({ length }) => length)); most > 0; most -= 1) {
    const words = labels.map((label) => cut(label, most));
    if (words.every(fits)) return words;
  }
  return labels.map(() => "");
}

function cut(label: string, most: number): string {
  if (label.length <= most) return label;
  return most < 6 ? label.slice(0, most) : `${label.slice(0, most - 1)}…`;
}
