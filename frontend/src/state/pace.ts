/** How fast a new session trains at first. */

import type { Catalog, Experiment } from "../wire/protocol";
import { pluginOf } from "./catalog.svelte";

/**
 * Steps a second that eyes can follow. A small network in the plane trains a thousand times faster
 * than that, and would be done before anybody saw it learn.
 */
export const EASY_PACE = 1000;

/** Return the pace to open an experiment at; null lets it go as fast as it can. */
export function openingPace(catalog: Catalog, { dataset }: Experiment): number | null {
  const inPlane = pluginOf(catalog, "dataset", dataset.name)?.tags.includes("points") ?? false;
  return inPlane ? EASY_PACE : null;
}
