/** How large a model is, in a few words. */

import { count } from "../draw/format";
import type { LayerCard, ModelCard } from "../wire/protocol";

/** 26 657 408 as `27 M`. */
export function shortened(value: number): string {
  if (value < 1e3) return count(value);
  if (value < 1e6) return `${Math.round(value / 1e3)} k`;
  return value < 1e9 ? `${figures(value / 1e6)} M` : `${figures(value / 1e9)} G`;
}

function figures(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

/** What the convolutions see of the input at most, in pixels along one side. */
export function receptiveField(model: ModelCard): number | null {
  const fields = model.layers.flatMap(({ kind, receptive_field }) =>
    kind === "conv" && receptive_field !== null ? [receptive_field] : [],
  );
  return fields.length > 0 ? Math.max(...fields) : null;
}

export function modelFacts(model: ModelCard): string {
  const field = receptiveField(model);
  const sees = field === null ? "" : ` · receptive field ${field} px`;
  return `${count(model.parameters)} params · ${shortened(model.macs)} MACs${sees}`;
}

/** What the graph of a model consists of; parameters and MACs stand beside the model already. */
export function graphFacts(model: ModelCard): string {
  const field = receptiveField(model);
  const sees = field === null ? "" : ` · receptive field ${field} px`;
  return `${count(model.layers.length)} layers${sees}`;
}

/** Parameters, work and receptive field of a layer, in words. */
export function layerFacts(layer: LayerCard): string {
  const field =
    layer.receptive_field === null ? "" : `, receptive field ${layer.receptive_field} px`;
  const work = `${shortened(layer.macs)} MACs (${shortened(2 * layer.macs)} FLOPs)`;
  return `${count(layer.parameters)} parameters, ${work}${field}`;
}

/** Weighted layers that stand side by side; networks with more are shown by their blocks. */
const MOST_LAYERS = 8;

/** Whether a model has so many layers that its blocks come first. */
export function isDeep(model: ModelCard): boolean {
  const weighted = model.blocks.reduce((sum, block) => sum + block.weighted, 0);
  return weighted > MOST_LAYERS && model.blocks.length >= 3;
}
