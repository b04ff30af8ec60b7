/** Where a number lies on a slider, and what a place on it stands for. */

import type { NumberField } from "../state/schema";

/** Places on a slider; fine enough for two digits a decade over nine decades. */
export const PLACES = 1000;
/** Decades that a log slider shows where its range starts at zero; place 0 is zero itself. */
const DECADES_ABOVE_ZERO = 7;

export type Range = Pick<NumberField, "low" | "high" | "log" | "integer" | "step" | "above">;

/** Whether the range has two ends, so that a slider can show it. */
export function hasEnds({ low, high, integer }: Range): boolean {
  return Number.isFinite(low) && Number.isFinite(high) && !(integer && high - low > 1e8);
}

export function placeOf(value: number, range: Range): number {
  const { low, high, log } = range;
  if (high <= low) return 0;
  if (!log) return clamped(((value - low) / (high - low)) * PLACES);
  const least = leastOf(range);
  if (value < least) return 0;
  return clamped((Math.log(value / least) / Math.log(high / least)) * PLACES);
}

export function valueOf(place: number, range: Range): number {
  const { low, high, log } = range;
  if (!log) return snapped(low + (place / PLACES) * (high - low), range);
  if (place <= 0 && low <= 0 && !range.above) return 0;
  const least = leastOf(range);
  return snapped(least * (high / least) ** (place / PLACES), range);
}

/** How far one press of an arrow key goes, in places. */
export function placesPerStep(range: Range): number {
  const { low, high, log, integer } = range;
  if (log) return 10;
  const step = range.step ?? (integer ? 1 : (high - low) / 100);
  return Math.max(1, (step / (high - low)) * PLACES);
}

/** Return the value as it is written into a number field. */
export function written(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-2 || size >= 1e6) return value.toExponential().replace("e+", "e");
  return String(value);
}

function leastOf({ low, high }: Range): number {
  return low > 0 ? low : high / 10 ** DECADES_ABOVE_ZERO;
}

/** Round to the step of the range, or to two digits where it has none. */
function snapped(value: number, range: Range): number {
  if (range.integer) return Math.min(range.high, Math.max(range.low, Math.round(value)));
  if (range.log) return Number(value.toPrecision(2));
  const step = range.step ?? 10 ** Math.floor(Math.log10((range.high - range.low) / 50));
  return Number((Math.round(value / step) * step).toPrecision(10));
}

function clamped(place: number): number {
  return Math.min(PLACES, Math.max(0, place));
}
