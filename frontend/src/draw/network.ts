/** A network as columns of tiles with links between them, ready to be laid out and painted. */

import { short } from "./format";
import type { Tile } from "./tile";

export interface NetworkColumn {
  readonly path: string;
  readonly title: string;
  readonly kind: string;
  /** Such as `8×14×14`. */
  readonly shape: string;
  /** How many units there are in all. */
  readonly units: number;
  /** Which units the tiles or values belong to. */
  readonly shown: readonly number[];
  readonly names: readonly string[];
  readonly tiles: readonly Tile[];
  readonly values: ArrayLike<number> | null;
  /** Path of the block that it is, or belongs to. */
  readonly block?: string;
  /** It is a block that can be opened to its layers, or closed. */
  readonly opens?: boolean;
}

export interface NetworkLink {
  /** Indices of columns. */
  readonly source: number;
  readonly target: number;
  /** It goes past layers: an arc. */
  readonly skip?: boolean;
  /** (units of target, units of source), null for a ribbon. */
  readonly weight: ArrayLike<number> | null;
  readonly bias: ArrayLike<number> | null;
  readonly weightName: string | null;
  readonly biasName: string | null;
}

export interface NetworkPicture {
  readonly columns: readonly NetworkColumn[];
  readonly links: readonly NetworkLink[];
}

/** How many tiles or numbers a column shows. */
export function shownCount(column: NetworkColumn): number {
  return column.tiles.length > 0 ? column.tiles.length : (column.values?.length ?? 0);
}

/** A unit in a few letters, such as `h2.5`: its name, or its layer and number from 1. */
export function unitLabel(picture: NetworkPicture, column: number, unit: number): string {
  const own = picture.columns[column];
  if (own === undefined) return "";
  const name = own.names[unit];
  if (name !== undefined) return name;
  const title = own.title.replace(/^hidden /, "h");
  return own.units === 1 ? title : `${title}.${unit + 1}`;
}

/** A weight with its sign. */
export function shortWeight(value: number): string {
  return value > 0 ? `+${short(value)}` : short(value);
}
