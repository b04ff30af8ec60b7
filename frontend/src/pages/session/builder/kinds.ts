/** The types of layer, read from the schema of the model `sequential`. */

import { fieldsOf, sentenceCase, type Field } from "../../../state/schema";
import type { JsonValue, PluginCard } from "../../../wire/protocol";

export interface LayerKind {
  readonly type: string;
  readonly title: string;
  readonly help: string;
  /** Settings that are always in sight, and those behind a button. */
  readonly fields: readonly Field[];
  readonly more: readonly Field[];
}

type Tree = Readonly<Record<string, JsonValue>>;

const TITLES: Readonly<Record<string, string>> = {
  conv: "Conv",
  residual: "Residual",
  global_average: "Global average",
};
const FIRST = ["function", "method", "over", "channels", "units", "rate"];

/** Return the types of layer in the order of the schema. */
export function kindsOf(card: PluginCard | null): readonly LayerKind[] {
  if (card === null) return [];
  const definitions = tree(card.parameters["$defs"]);
  return references(card).map((name) => kindOf(tree(definitions[name]), definitions));
}

function references(card: PluginCard): string[] {
  const layers = tree(tree(card.parameters["properties"])["layers"]);
  const list = trees(layers["anyOf"]).find(({ type }) => type === "array") ?? layers;
  return trees(tree(list["items"])["oneOf"]).map(
    ({ $ref }) => (typeof $ref === "string" ? $ref.split("/").at(-1) : "") ?? "",
  );
}

function kindOf(schema: Tree, definitions: Tree): LayerKind {
  const type = String(tree(tree(schema["properties"])["type"])["const"] ?? "");
  const fields = fieldsOf({ ...schema, $defs: definitions })
    .filter(({ name }) => name !== "type" && name !== "name")
    .sort((a, b) => rank(a) - rank(b));
  return {
    type,
    title: TITLES[type] ?? sentenceCase(type),
    help: String(schema["description"] ?? ""),
    fields: fields.filter(({ section }) => section !== "more"),
    more: fields.filter(({ section }) => section === "more"),
  };
}

function rank({ name }: Field): number {
  const place = FIRST.indexOf(name);
  return place === -1 ? FIRST.length : place;
}

function trees(value: JsonValue | undefined): Tree[] {
  return Array.isArray(value) ? value.map(tree) : [];
}

function tree(value: JsonValue | undefined): Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Tree)
    : {};
}
