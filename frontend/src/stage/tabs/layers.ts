/** Which layers and methods a tab offers. */

import type { BlockCard, JsonValue, LayerCard, ModelCard, PluginCard } from "../../wire/protocol";

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function layersOf(model: ModelCard | null, kinds: readonly string[]): readonly LayerCard[] {
  return (model?.layers ?? []).filter(
    ({ kind, call, is_module }) => is_module && call === 0 && kinds.includes(kind),
  );
}

/**
 * What activations can be looked at: convolutions, linear layers, what each block puts out, and
 * whatever layer is selected.
 */
export function lookedAt(model: ModelCard | null, selected: string | null): readonly LayerCard[] {
  if (model === null) return [];
  const ends = new Set(
    model.blocks.flatMap(({ layers, weighted }) => (weighted > 1 ? layers.slice(-1) : [])),
  );
  const seen = new Set<string>();
  return model.layers.filter(({ path, kind, is_module, call, block }, at) => {
    const isEnd = ends.has(at) && is_module && block !== model.blocks.at(-1)?.path;
    const wanted = kind === "conv" || kind === "linear" || isEnd || path === selected;
    if (!wanted || !is_module || call > 0 || seen.has(path)) return false;
    seen.add(path);
    return true;
  });
}

export function optionsOf(layers: readonly LayerCard[]): Option[] {
  return layers.map(({ path, output_shape }) => ({
    value: path,
    label: `${path}  ${output_shape.join(" × ")}`,
  }));
}

/** Whether a layer's maps have more than one cell: else there is nothing to see in them. */
function isMap(layer: LayerCard | undefined): boolean {
  const shape = layer?.output_shape ?? [];
  return shape.length === 3 && (shape.at(-1) ?? 1) * (shape.at(-2) ?? 1) > 1;
}

/** The layers whose maps can be explained: blocks, and the convolutions that are in none. */
export function placesOf(model: ModelCard | null): readonly Option[] {
  const layers = model?.layers ?? [];
  const blocks = (model?.blocks ?? [])
    .filter(({ layers: places }) => isMap(layers[places.at(-1) ?? -1]))
    .map((block) => ({
      path: block.path,
      title: ownName(block, layers),
      at: block.layers.at(-1) ?? 0,
    }));
  const single = layers.flatMap((layer, at) => {
    const isIn = blocks.some(({ path }) => layer.block === path || isBelow(layer.block, path));
    if (layer.kind !== "conv" || layer.call > 0 || isIn || !isMap(layer)) return [];
    return [{ path: layer.path, title: layer.path, at }];
  });
  return [...blocks, ...single]
    .sort((one, other) => one.at - other.at)
    .map(({ path, title }) => ({ value: path, label: title === "" ? path : title }));
}

/** A block around a single layer with weights is called as that layer is everywhere else. */
function ownName(block: BlockCard, layers: readonly LayerCard[]): string {
  const inside = block.layers.map((at) => layers[at]);
  const named = inside.find((layer) => layer?.kind === "conv" || layer?.kind === "linear");
  return block.weighted === 1 && named !== undefined ? named.path : block.title;
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}.`);
}

/** What a layer is called; the last one that has maps where none is named. */
export function layerTitle(model: ModelCard | null, path: string): string {
  const places = placesOf(model);
  const wanted = path === "" ? places.at(-1) : places.find(({ value }) => value === path);
  return wanted?.label ?? path;
}

/** Methods that fit the model: some need a convolution. */
export function methodsFor(
  cards: readonly PluginCard[],
  model: ModelCard | null,
): readonly PluginCard[] {
  const convolves = layersOf(model, ["conv"]).length > 0;
  return cards.filter(({ tags }) => convolves || !tags.includes("needs-conv"));
}

/** A method's parameters change a view, not the model: every one of them acts at once. */
export function atOnce(
  schema: Readonly<Record<string, JsonValue>>,
): Readonly<Record<string, JsonValue>> {
  const properties = schema["properties"];
  if (typeof properties !== "object" || properties === null || Array.isArray(properties))
    return schema;
  const live = Object.entries(properties).map(([name, property]): [string, JsonValue] => [
    name,
    typeof property === "object" && property !== null && !Array.isArray(property)
      ? { ...property, "x-live": true }
      : property,
  ]);
  return { ...schema, properties: Object.fromEntries(live) };
}
