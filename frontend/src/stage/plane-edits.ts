/** A small network's architecture, as the controls on the stage change it. */

import { valueAt } from "../state/experiment";
import type { Change, Experiment, JsonValue } from "../wire/protocol";

export const MOST_LAYERS = 8;
export const MOST_NEURONS = 64;
const NEW_LAYER_NEURONS = 4;

const LAYERS = "model.params.layers";
const ACTIVATIONS = "model.params.activations";
export const DISABLED = "model.params.disabled";
export const FROZEN = "training.frozen";

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

/** The changes for other layers: what named a neuron or layer that goes, goes with it. */
export function layerChanges(experiment: Experiment | null, layers: readonly number[]): Change[] {
  const stays = (name: string): boolean => {
    const [, layer, unit] = /^hidden(\d+)(?::(\d+))?$/.exec(name) ?? [];
    if (layer === undefined) return true;
    return Number(unit ?? 0) < (layers[Number(layer) - 1] ?? 0);
  };
  const changes: Change[] = [{ path: LAYERS, value: [...layers] }];
  for (const path of [DISABLED, FROZEN]) {
    const names = namesAt(experiment, path);
    if (!names.every(stays)) changes.push({ path, value: names.filter(stays) });
  }
  const own = namesAt(experiment, ACTIVATIONS);
  if (own.length > layers.length)
    changes.push({ path: ACTIVATIONS, value: own.slice(0, layers.length) });
  return changes;
}

/** The activation that one hidden layer has of its own, or null where it has that of all. */
export function ownActivation(experiment: Experiment | null, layer: number): string | null {
  return namesAt(experiment, ACTIVATIONS)[layer] ?? null;
}

/** The change that gives one hidden layer an activation of its own, or that of all for null. */
export function activationChange(
  experiment: Experiment | null,
  layer: number,
  { name, shared }: { readonly name: string | null; readonly shared: string },
): Change {
  const own = namesAt(experiment, ACTIVATIONS);
  const length = Math.max(own.length, layer + 1);
  const names = Array.from({ length }, (_, index) =>
    index === layer ? (name ?? shared) : (own[index] ?? shared),
  );
  while (names.at(-1) === shared && (name === null || names.length > layer + 1)) names.pop();
  return { path: ACTIVATIONS, value: names };
}

/** The change that puts a name such as `hidden1:3` into a list, or takes it out. */
export function toggleChange(
  experiment: Experiment | null,
  path: typeof DISABLED | typeof FROZEN,
  name: string,
): Change {
  const names = namesAt(experiment, path);
  const value = names.includes(name) ? names.filter((each) => each !== name) : [...names, name];
  return { path, value };
}

/** Whether a list names a unit of a layer, or the whole layer for null. */
export function isNamed(
  experiment: Experiment | null,
  path: typeof DISABLED | typeof FROZEN,
  { layer, unit }: { readonly layer: string; readonly unit: number | null },
): boolean {
  return namesAt(experiment, path).includes(unit === null ? layer : `${layer}:${unit}`);
}

function namesAt(experiment: Experiment | null, path: string): string[] {
  const value = experiment === null ? undefined : valueAt(experiment, path);
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
