/** The hidden layers of a small network, as changed by the buttons above its columns. */

import type { Experiment, JsonValue } from "../wire/protocol";

export const MOST_LAYERS = 6;
export const MOST_NEURONS = 16;
const NEW_LAYER_NEURONS = 4;

export function hiddenLayers(
  experiment: Experiment | null,
  shown: readonly number[],
): readonly number[] {
  const given: JsonValue | undefined = experiment?.model.params["layers"];
  if (!Array.isArray(given)) return shown;
  return given.every((item) => typeof item === "number") ? given : shown;
}

/** One neuron more or fewer in a layer; the list as it was where that is not possible. */
export function withNeurons(
  layers: readonly number[],
  index: number,
  change: 1 | -1,
): readonly number[] {
  const count = (layers[index] ?? 0) + change;
  if (layers[index] === undefined || count < 1 || count > MOST_NEURONS) return layers;
  return layers.with(index, count);
}

/** One layer more at the end, as wide as the last, or one fewer. */
export function withLayers(layers: readonly number[], change: 1 | -1): readonly number[] {
  if (change === -1) return layers.slice(0, -1);
  if (layers.length >= MOST_LAYERS) return layers;
  return [...layers, Math.min(layers.at(-1) ?? NEW_LAYER_NEURONS, NEW_LAYER_NEURONS)];
}
