/** What the pointer found on the stage of a small network, and where cards about it lie. */

import type { NetworkPicture } from "../draw/network";
import type { PlaneCurve, PlaneHit, PlaneLayout } from "../draw/plane";
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
      return curveWeight(curves[hit.curve], picture);
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

function curveWeight(curve: PlaneCurve | undefined, picture: NetworkPicture): Weight | null {
  const link = curve && picture.links[curve.link];
  const source = link && picture.columns[link.source];
  const target = link && picture.columns[link.target];
  if (!curve || !source || !target || link.weightName === null) return null;
  const label = `${unitName(source, curve.index[1])} → ${unitName(target, curve.index[0])}`;
  return { parameter: link.weightName, index: curve.index, value: curve.weight, label };
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
