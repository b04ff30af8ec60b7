/** Names as people write them. */

const FEATURES: Readonly<Record<string, string>> = {
  x1: "x₁",
  x2: "x₂",
  x1_squared: "x₁²",
  x2_squared: "x₂²",
  x1_x2: "x₁x₂",
  sin_x1: "sin x₁",
  sin_x2: "sin x₂",
};

export function featureName(name: string): string {
  return FEATURES[name] ?? name;
}

/** What a unit is called: by its feature or class name, else by its number from 1. */
export function unitName(
  column: { title: string; names: readonly string[]; units: number },
  unit: number,
): string {
  const name = column.names[unit];
  if (name !== undefined) return featureName(name);
  return column.units === 1 ? column.title : `${column.title}, neuron ${unit + 1}`;
}
