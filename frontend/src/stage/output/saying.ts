/** What is under the pointer, in a few words. */

import { percent, short } from "../../draw/format";
import type { PlaneMap } from "../../draw/planemap";

/** Where the pointer is. */
export function placeText([x1, x2]: readonly [number, number]): string {
  return `${fixed(x1)}, ${fixed(x2)}`;
}

/** What the network puts out there: a number, or a class and how likely it is. */
export function sayingText(
  read: { readonly value: number; readonly label: number | null },
  map: PlaneMap | null,
  classes: readonly string[],
): string {
  if (read.label === null || map === null) return short(read.value, 2);
  const chance = 1 / Math.max(2, classes.length);
  const likely = chance + read.value * (1 - chance);
  return `${classes[read.label] ?? read.label} ${percent(likely)}`;
}

function fixed(value: number): string {
  return value.toFixed(1).replace("-", "−");
}
