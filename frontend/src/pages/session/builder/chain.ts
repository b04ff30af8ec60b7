/** A list of layers as data: added, moved, copied and taken away, each under a name that stays. */

import type { JsonValue } from "../../../wire/protocol";

/** One layer: its type, its name, and the settings that differ from the defaults. */
export interface Layer {
  readonly type: string;
  readonly name: string;
  readonly [setting: string]: JsonValue;
}

export type Chain = readonly Layer[];

export const MOST_LAYERS = 64;

/** What generated names begin with, as on the server. */
const STEMS: Readonly<Record<string, string>> = {
  residual: "block",
  global_average: "average",
  linear: "fc",
};

export function stemOf(layer: Pick<Layer, "type"> & Readonly<Record<string, JsonValue>>): string {
  if (layer.type === "activation") return String(layer["function"] ?? "relu");
  return STEMS[layer.type] ?? layer.type;
}

/**
 * Return a name that no layer has or had: a new layer must not come by the weights of an old one
 * only because it got its name.
 */
export function freshName(stem: string, used: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const name = `${stem}${number}`;
    if (!used.has(name)) return name;
  }
}

/** Put a layer into the list, so that it is the one at `place` (from 0). */
export function inserted(chain: Chain, layer: Layer, place: number): Chain {
  return [...chain.slice(0, place), layer, ...chain.slice(place)];
}

export function removed(chain: Chain, name: string): Chain {
  return chain.filter((layer) => layer.name !== name);
}

/** Put a copy of a layer behind it, under a name of its own. */
export function duplicated(chain: Chain, name: string, fresh: string): Chain {
  const place = chain.findIndex((layer) => layer.name === name);
  const layer = chain[place];
  return layer === undefined ? chain : inserted(chain, { ...layer, name: fresh }, place + 1);
}

/** Move a layer to a place (from 0), as counted once it is taken out; the list itself if it is there. */
export function moved(chain: Chain, name: string, place: number): Chain {
  const from = chain.findIndex((layer) => layer.name === name);
  const layer = chain[from];
  const to = Math.max(0, Math.min(chain.length - 1, place));
  if (layer === undefined || from === to) return chain;
  return inserted(removed(chain, name), layer, to);
}

/** Where a layer that is dropped before or behind another one comes to stand. */
export function dropPlace(chain: Chain, dragged: string, target: string, behind: boolean): number {
  const from = chain.findIndex((layer) => layer.name === dragged);
  const to = chain.findIndex((layer) => layer.name === target) + (behind ? 1 : 0);
  return from !== -1 && from < to ? to - 1 : to;
}

/** Give one setting of a layer a new value. */
export function edited(chain: Chain, name: string, setting: string, value: JsonValue): Chain {
  return chain.map((layer) => (layer.name === name ? { ...layer, [setting]: value } : layer));
}

/** Whether two lists ask for the same model. */
export function same(one: Chain, other: Chain): boolean {
  const plain = (chain: Chain) =>
    JSON.stringify(
      chain.map((layer) => Object.entries(layer).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
  return plain(one) === plain(other);
}

/** The place (from 0) of the layer that a problem's field names, or null. */
export function placeOf(field: string | null | undefined): number | null {
  const found = /^model\.params\.layers\.(\d+)/.exec(field ?? "");
  return found?.[1] === undefined ? null : Number(found[1]);
}

/** Return the list that is meant by what an experiment or a file holds; null if it is none. */
export function chainOf(value: JsonValue | undefined): Chain | null {
  if (!Array.isArray(value)) return null;
  return value.every(isLayer) ? value : null;
}

function isLayer(value: JsonValue): value is Layer {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    typeof (value as Layer).type === "string" &&
    typeof (value as Layer).name === "string"
  );
}
