/** The classes that can be drawn: those that are there, and one more. */

import { changesFor, ownPart } from "../../state/points-changes";
import { MOST_CLASSES, ownPoints } from "../../state/points";
import type { PointsEditor } from "../../state/points.svelte";
import type { SessionState } from "../../state/session.svelte";
import { notices } from "../../state/notices.svelte";
import { asProblem } from "../../wire/problem";
import type { Change, Experiment } from "../../wire/protocol";
import { presentPoints } from "./present";

/** Draw this class from now on; the one after the last is added to the data. */
export function chooseClass(session: SessionState, editor: PointsEditor, label: number): void {
  const classes = session.data?.classes.length ?? 0;
  editor.tool = "draw";
  if (label < classes) editor.label = label;
  else if (label === classes && classes < MOST_CLASSES) {
    addClass(session).then(
      () => (editor.label = label),
      (error: unknown) => notices.tell(asProblem(error).sentence),
    );
  }
}

/** One class more, for the same points; the weights that fit are kept. */
async function addClass(session: SessionState): Promise<void> {
  const { experiment, data } = session;
  if (experiment === null || data === null) return;
  const changes = await changesForClasses(session, experiment, data.classes.length + 1);
  await session.ask({ type: "edit", changes, keep: true });
}

async function changesForClasses(
  session: SessionState,
  experiment: Experiment,
  classes: number,
): Promise<Change[]> {
  const points = ownPoints(experiment.dataset) ?? (await presentPoints(session)).points;
  const dataset = ownPart(points, "classes", classes, experiment.dataset);
  return changesFor(session.catalog, experiment, dataset, "classes");
}
