/** What the pointer found on the stage of a small network, and where cards about it lie. */

import type { NetworkPicture } from "../draw/network";
import type { PlaneCurve, PlaneHit } from "../draw/plane";
import type { PlaneLayout } from "../draw/plane-layout";
import type { Rect } from "../draw/raster";
import { unitName } from "./names";

/** A weight or bias by its name in the state dict, with its value now. */
export interface Weight {
  readonly parameter: string;
  readonly index: readonly number[];
  readonly value: number;
  readonly label: string;
}

export function weightOf(
  hit: PlaneHit,
  picture: NetworkPicture,
  layout: PlaneLayout,
  curves: readonly PlaneCurve[],
): Weight | null {
  switch (hit.type) {
    case "node":
      return null;
    case "bias":
      return biasOf(hit.node, picture, layout);
    case "curve":
      return linkWeight(curves[hit.curve], picture);
    case "cell":
      return linkWeight(hit, picture);
    default:
      return hit satisfies never;
  }
}

function biasOf(index: number, picture: NetworkPicture, layout: PlaneLayout): Weight | null {
  const node = layout.nodes[index];
  const link = picture.links.find(({ target }) => target === node?.column);
  const column = node && picture.columns[node.column];
  if (!node || !column || !link?.bias || link.biasName === null) return null;
  const label = `Bias of ${unitName(column, node.unit)}`;
  return { parameter: link.biasName, index: [node.unit], value: link.bias[node.unit] ?? 0, label };
}

function linkWeight(
  at: { readonly link: number; readonly index: readonly [number, number] } | undefined,
  picture: NetworkPicture,
): Weight | null {
  const link = at && picture.links[at.link];
  const source = link && picture.columns[link.source];
  const target = link && picture.columns[link.target];
  if (!at || !source || !target || link.weightName === null) return null;
  const [to, from] = at.index;
  const label = `${unitName(source, from)} → ${unitName(target, to)}`;
  const value = link.weight?.[to * source.units + from] ?? 0;
  return { parameter: link.weightName, index: at.index, value, label };
}

export interface Room {
  readonly width: number;
  readonly height: number;
}

/** Where a card about a tile lies: right or left of it, else below or above, inside the room. */
export function beside(rect: Rect, card: Room, room: Room): { left: number; top: number } {
  const right = rect.x + rect.width + 14;
  const left = rect.x - 14 - card.width;
  const below = rect.y + rect.height + 14;
  const center = rect.x + rect.width / 2 - card.width / 2;
  const fitsRight = right + card.width <= room.width;
  const fitsLeft = left >= 0;
  const x = fitsRight ? right : fitsLeft ? left : center;
  const under = below + card.height <= room.height ? below : rect.y - 14 - card.height;
  const y = fitsRight || fitsLeft ? rect.y : under;
  return {
    left: Math.max(0, Math.min(x, room.width - card.width)),
    top: Math.max(0, Math.min(y, room.height - card.height)),
  };
}

/** What of a picture is no number, as text: while it is the same, so are layout and titles. */
export function outlineOf(picture: NetworkPicture): string {
  return JSON.stringify([
    picture.columns.map(({ path, title, kind, units, names, shown, tiles }) => [
      ...[path, title, kind, units, names, shown, tiles.length],
    ]),
    picture.links.map(({ source, target, weight, bias }) => [
      ...[source, target, weight?.length ?? 0, bias?.length ?? 0],
    ]),
  ]);
}
