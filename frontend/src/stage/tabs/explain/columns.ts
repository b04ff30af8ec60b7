/** The columns of the grid: which method, with which arguments, shown how. */

import { fieldsOf } from "../../../state/schema";
import type { JsonValue, ModelCard, PluginCard } from "../../../wire/protocol";
import { layerTitle } from "../layers";

export type Params = Readonly<Record<string, JsonValue>>;

export interface Column {
  readonly id: string;
  readonly method: string;
  readonly params: Params;
  /** Path of the layer looked at; empty for the last one that has maps. */
  readonly layer: string;
  /** Laid over the input, or alone. */
  readonly over: boolean;
  /** Only how large the scores are, whatever their sign. */
  readonly sizes: boolean;
  /** At the method's own resolution, not enlarged to that of the input. */
  readonly native: boolean;
}

/** What a session shows at first, as far as there are such methods. */
export const FIRST = ["grad_cam", "saliency", "integrated_gradients", "occlusion"] as const;
/** Gradients change their sign from pixel to pixel: their size is what the papers show. */
const BY_SIZE: ReadonlySet<string> = new Set(["saliency", "smooth_grad", "guided_grad_cam"]);

/** Whether a method looks at the maps of a layer that can be chosen. */
export function isLayered({ tags }: PluginCard): boolean {
  return (
    tags.includes("layered") || (tags.includes("needs-conv") && !tags.includes("needs-average"))
  );
}

export function isLong({ tags }: PluginCard): boolean {
  return tags.includes("long");
}

/** Whether several numbers come with each map: how well a simple model fits, and how stably. */
export function isWordy({ name }: PluginCard): boolean {
  return name === "lime" || name === "kernel_shap";
}

/** Whether it answers with maps of a layer, which are coarser than the input. */
export function isCoarse(card: PluginCard): boolean {
  return card.tags.includes("needs-conv") && card.name !== "guided_grad_cam";
}

export function columnOf(card: PluginCard, id: string = card.name): Column {
  return {
    id,
    method: card.name,
    params: {},
    layer: "",
    over: isCoarse(card),
    sizes: BY_SIZE.has(card.name),
    native: false,
  };
}

export function firstColumns(cards: readonly PluginCard[]): readonly Column[] {
  return cards.filter(({ name }) => FIRST.some((first) => first === name)).map((c) => columnOf(c));
}

/** Put a method in its place among the others, or take all of its columns away. */
export function toggled(
  columns: readonly Column[],
  card: PluginCard,
  cards: readonly PluginCard[],
): readonly Column[] {
  if (columns.some(({ method }) => method === card.name))
    return columns.filter(({ method }) => method !== card.name);
  const order = cards.map(({ name }) => name);
  const place = order.indexOf(card.name);
  const before = columns.filter(({ method }) => order.indexOf(method) < place);
  const after = columns.filter(({ method }) => order.indexOf(method) >= place);
  return [...before, columnOf(card), ...after];
}

/** The same once more beside it, so that one argument of it can differ. */
export function duplicated(columns: readonly Column[], id: string): readonly Column[] {
  return columns.flatMap((column) =>
    column.id === id ? [column, { ...column, id: freshId(columns, column.method) }] : [column],
  );
}

function freshId(columns: readonly Column[], method: string): string {
  for (let number = 2; ; number += 1) {
    const id = `${method} ${number}`;
    if (!columns.some((column) => column.id === id)) return id;
  }
}

export function without(columns: readonly Column[], id: string): readonly Column[] {
  return columns.filter((column) => column.id !== id);
}

export function changed(
  columns: readonly Column[],
  id: string,
  change: Partial<Column>,
): readonly Column[] {
  return columns.map((column) => (column.id === id ? { ...column, ...change } : column));
}

/** The main argument of a method in a few characters: `n = 50`, `5×5, 2`, `block 6`. */
export function argumentOf(card: PluginCard, column: Column, layer: string): string {
  if (isLayered(card)) return layer;
  const fields = fieldsOf(card.parameters);
  const valueOf = (name: string): JsonValue | undefined => {
    const field = fields.find((candidate) => candidate.name === name);
    return field === undefined ? undefined : (column.params[name] ?? field.default);
  };
  const window = valueOf("window");
  if (window !== undefined) return `${window}×${window}, ${valueOf("stride") ?? 1}`;
  for (const name of ["steps", "samples", "n"]) {
    const count = valueOf(name);
    if (count !== undefined) return `n = ${count}`;
  }
  return column.sizes ? "|max|" : "";
}

/** A column's heading: the method, and the layer where it looks at one. */
export function headingOf(card: PluginCard, column: Column, layer: string): string {
  const argument = argumentOf(card, column, layer);
  if (isLayered(card)) return argument === "" ? card.title : `${card.title}, ${argument}`;
  const given = Object.keys(column.params).length > 0 || column.id !== column.method;
  return given && argument !== "" && argument !== "|max|"
    ? `${card.title}, ${argument}`
    : card.title;
}

/** A column with the method that it shows, and its heading. */
export interface HeadedColumn {
  readonly column: Column;
  readonly card: PluginCard;
  readonly heading: string;
}

/** The columns whose methods there are. */
export function headed(
  columns: readonly Column[],
  cards: readonly PluginCard[],
  model: ModelCard | null,
): readonly HeadedColumn[] {
  return columns.flatMap((column) => {
    const card = cards.find(({ name }) => name === column.method);
    if (card === undefined) return [];
    return [{ column, card, heading: headingOf(card, column, layerTitle(model, column.layer)) }];
  });
}

/** What an inspector is asked of a column, for the input of a slot and a class. */
export function askedOf(
  card: PluginCard,
  column: Column,
  { slot, target }: { readonly slot: number; readonly target: number | null },
): Params {
  return {
    method: column.method,
    method_params: column.params,
    target,
    slot,
    ...(isLayered(card) && column.layer !== "" ? { layer: column.layer } : {}),
  };
}
