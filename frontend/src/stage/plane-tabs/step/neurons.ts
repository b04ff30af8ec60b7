/** Which neurons can be looked at: those of layers with weights. */

import type { Neuron } from "../../../state/session.svelte";
import type { LayerCard, ModelCard } from "../../../wire/protocol";

export function neuronLayers(model: ModelCard | null): readonly LayerCard[] {
  return (model?.layers ?? []).filter(({ kind }) => kind === "linear" || kind === "output");
}

export function unitsOf(layer: LayerCard | undefined): number {
  return layer?.output_shape.at(-1) ?? 0;
}

/** Whether the model has this neuron, and it has weights of its own. */
export function isThere(model: ModelCard | null, neuron: Neuron | null): neuron is Neuron {
  if (neuron === null) return false;
  const layer = neuronLayers(model).find(({ path }) => path === neuron.layer);
  return neuron.unit >= 0 && neuron.unit < unitsOf(layer);
}

/** The first neuron of the last hidden layer, where nothing was pointed at yet. */
export function firstNeuron(model: ModelCard | null): Neuron | null {
  const layers = neuronLayers(model);
  const layer = layers.at(-2) ?? layers.at(-1);
  return layer === undefined ? null : { layer: layer.path, unit: 0 };
}

/** `hidden1` as `hidden 1`. */
export function layerTitle(path: string): string {
  return path.replace(/^hidden(\d+)$/, "hidden $1");
}
