/** How many samples the matrix and the worst mistakes are about: the same, so that they agree. */

import type { SessionState } from "../../../state/session.svelte";

const MOST = 10_000;
/** While the network changes, a count of fewer is soon there and old before more are counted. */
const MOST_RUNNING = 2000;

export function judgedAtMost(session: SessionState): number {
  const isFew = (session.data?.validation_count ?? 0) <= MOST_RUNNING;
  const moves = session.phase === "running" && session.at === "live";
  return moves && !isFew ? MOST_RUNNING : MOST;
}

/** The matrix of a session: one view for all who show it, which is computed once. */
export function matrixOf(session: SessionState) {
  return { inspector: "confusion", params: { samples: judgedAtMost(session) } } as const;
}
