/** The penalties on the weights as one choice, written as two rates. */

import type { Change, Training } from "../../wire/protocol";

export const PENALTIES = [
  { value: "none", label: "None" },
  { value: "l1", label: "L1" },
  { value: "l2", label: "L2" },
  { value: "elastic", label: "Elastic net" },
] as const;
export type Penalty = (typeof PENALTIES)[number]["value"];

/** What a penalty begins with, so that choosing it does something. */
const FIRST_RATE = 0.001;

/** Return the choice that the two rates stand for; two zeros leave it to what was `chosen`. */
export function penaltyOf({ l1, l2 }: Pick<Training, "l1" | "l2">, chosen: Penalty): Penalty {
  if (l1 > 0 && l2 > 0) return "elastic";
  if (l1 > 0) return chosen === "elastic" ? chosen : "l1";
  if (l2 > 0) return chosen === "elastic" ? chosen : "l2";
  return chosen;
}

/** Return the changes that another choice makes: the rate goes over to it. */
export function changesTo(penalty: Penalty, { l1, l2 }: Pick<Training, "l1" | "l2">): Change[] {
  const rate = Math.max(l1, l2) || FIRST_RATE;
  const wanted = {
    l1: penalty === "l1" || penalty === "elastic" ? l1 || rate : 0,
    l2: penalty === "l2" || penalty === "elastic" ? l2 || rate : 0,
  };
  return [
    { path: "training.l1", value: wanted.l1 },
    { path: "training.l2", value: wanted.l2 },
  ];
}

/** Return the fields to show for a choice. */
export function ratesOf(penalty: Penalty): readonly ("l1" | "l2")[] {
  switch (penalty) {
    case "none":
      return [];
    case "l1":
    case "l2":
      return [penalty];
    case "elastic":
      return ["l1", "l2"];
    default:
      return penalty satisfies never;
  }
}
