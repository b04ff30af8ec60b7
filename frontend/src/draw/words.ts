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
