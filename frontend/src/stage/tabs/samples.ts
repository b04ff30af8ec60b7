/** Samples of the data that become the input. */

import { notices } from "../../state/notices.svelte";
import type { SessionState } from "../../state/session.svelte";
import { asProblem } from "../../wire/problem";
import type { SampleInput } from "../../wire/protocol";

/** Make a sample the input of the slot that is looked at; where that is refused, say why. */
export function lookAt(session: SessionState, sample: SampleInput): void {
  session.show(sample).catch((error: unknown) => notices.tell(asProblem(error).sentence));
}

/** The same for a sample of the training data by its index; nothing where there is none. */
export function lookAtTraining(session: SessionState, index: number | undefined): void {
  if (index !== undefined) lookAt(session, { type: "sample", split: "train", index });
}
