/** Which layers and methods a tab offers. */

import type { JsonValue, LayerCard, ModelCard, PluginCard } from "../../wire/protocol";

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function layersOf(model: ModelCard | null, kinds: readonly string[]): readonly LayerCard[] {
  return (model?.layers ?? []).filter(({ kind }) => kinds.includes(kind));
}

export function optionsOf(layers: readonly LayerCard[]): Option[] {
  return layers.map(({ path, output_shape }) => ({
    value: path,
    label: `${path}  ${output_shape.join(" × ")}`,
  }));
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
