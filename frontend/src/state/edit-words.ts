/** Changes made to a run, in a few words: for marks on a chart, and where they lie. */

import type { Change, Edit, JsonValue } from "../wire/protocol";
import { sentenceCase } from "./schema";

export interface EditMark {
  readonly x: number;
  readonly label: string;
}

/** Say what an edit did. */
export function wordsOf({ action }: Edit): string {
  switch (action.type) {
    case "configure":
      return action.changes.map(changeWords).join(", ");
    case "reshape":
      return `${action.changes.map(changeWords).join(", ")}, weights kept`;
    case "set_weight":
      return `${action.parameter}[${action.index.join(", ")}] = ${plain(action.value)}`;
    case "reinitialise":
      return `${action.layer} drawn anew`;
    case "paint":
      return paintWords(action.add.length, action.remove.length);
    default:
      return action satisfies never;
  }
}

/** Edits that a slider made on one way count as one: nearer than this share of the later step. */
const ONE_WAY = 0.04;

/** Return the places of edits; what was changed again a moment later is marked where it ended. */
export function marksOf(edits: readonly Edit[]): EditMark[] {
  const marks: { x: number; label: string; about: string }[] = [];
  for (const edit of edits) {
    const mark = { x: edit.step, label: wordsOf(edit), about: aboutOf(edit) };
    const last = marks.at(-1);
    const same = last?.about === mark.about && mark.x - last.x <= ONE_WAY * mark.x;
    if (same) marks.pop();
    marks.push(mark);
  }
  return marks.map(({ x, label }) => ({ x, label }));
}

function aboutOf({ action }: Edit): string {
  if (action.type !== "configure" && action.type !== "reshape") return action.type;
  return action.changes.map(({ path }) => path).join();
}

function changeWords({ path, value }: Change): string {
  const name = path.split(".").at(-1) ?? path;
  return `${sentenceCase(name)} = ${plain(value)}`;
}

function paintWords(added: number, removed: number): string {
  const points = (count: number) => (count === 1 ? "1 point" : `${count} points`);
  if (added > 0 && added === removed) return `${points(added)} moved`;
  const words = [
    ...(added > 0 ? [`${points(added)} added`] : []),
    ...(removed > 0 ? [`${points(removed)} taken away`] : []),
  ];
  return words.join(", ") || "points painted";
}

function plain(value: JsonValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return value.length > 8 ? `${value.length} values` : value.join(", ");
  // Whole parts are told by the plugin's name.
  if (typeof value === "object" && value !== null && "name" in value) return String(value["name"]);
  return JSON.stringify(value);
}
