/** The data of a session as they stand, point by point. */

import { cloudOf } from "../../figures/read";
import type { Point } from "../../state/points";
import type { SessionState } from "../../state/session.svelte";
import { pointsOfCloud } from "./plane-data.svelte";

export interface Present {
  /** Training points, then validation. */
  readonly points: readonly Point[];
  /** For each point whether it is held out of training. */
  readonly heldOut: readonly boolean[];
  readonly classes: readonly string[];
}

/** Ask for all points that the network learns from and is tested on. */
export async function presentPoints(session: SessionState): Promise<Present> {
  const params = { resolution: 8, show_validation: true };
  const { figures, data } = await session.inspect({ inspector: "output", params, at: "live" });
  const [figure] = figures;
  if (figure?.type !== "heatmap" || figure.points === null) {
    return { points: [], heldOut: [], classes: [] };
  }
  const cloud = cloudOf(figure.points, data);
  const points = pointsOfCloud(cloud);
  return {
    points,
    heldOut: points.map((_, index) => cloud.heldOut?.[index] === 1),
    classes: figure.points.classes,
  };
}
