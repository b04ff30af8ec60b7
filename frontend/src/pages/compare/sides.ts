/** The two sessions that are compared, told apart by letter, hue and dash. */

import { short } from "../../draw/format";
import type { SessionState } from "../../state/session.svelte";

export interface Side {
  readonly name: "A" | "B";
  readonly session: SessionState;
}

export function titleOf({ session }: Side): string {
  return session.experiment?.title || session.id;
}

/** What a chart of both says, in words. */
export function inWords(title: string, column: string, sides: readonly Side[]): string {
  const said = sides.map((side) => {
    const last = side.session.metrics.latest(column);
    return `${side.name}, ${titleOf(side)}: ${last === null ? "unknown" : short(last)}`;
  });
  return `${title} over steps. ${said.join("; ")}.`;
}
