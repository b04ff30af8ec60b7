/** Names as people write them. */

import { featureName } from "./features";

/** What a unit is called: by its feature or class name, else by its number from 1. */
export function unitName(
  column: { title: string; names: readonly string[]; units: number },
  unit: number,
): string {
  const name = column.names[unit];
  if (name !== undefined) return featureName(name);
  return column.units === 1 ? column.title : `${column.title}, neuron ${unit + 1}`;
}
