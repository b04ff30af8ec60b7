/** Changes made to a run, in a few words: for marks on a chart, and where they lie. */

import type { Change, Edit, JsonValue, PluginCard } from "../wire/protocol";
import { catalog } from "./catalog.svelte";
import { optionWord, sentenceCase } from "./schema";

export interface EditMark {
  readonly x: number;
  readonly label: string;
}

/** Say what an edit did. */
export function wordsOf({ action }: Edit): string {
  switch (action.type) {
    case "configure":
      return changesWords(action.changes);
    case "reshape":
      return `${changesWords(action.changes)}, weights kept`;
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

/**
 * What was changed in two ways at once, as a part and by its name, is said once; a title that
 * follows the model says nothing more.
 */
function changesWords(changes: readonly Change[]): string {
  const telling = changes.filter(({ path }) => path !== "title");
  return [...new Set((telling.length > 0 ? telling : changes).map(changeWords))].join(", ");
}

function changeWords({ path, value }: Change): string {
  const parts = path.split(".");
  const name = parts.at(-1) ?? path;
  const part = name === "name" ? (parts.at(-2) ?? name) : name;
  const plugin = nameOf(value) ?? (name === "name" ? String(value) : null);
  if (plugin !== null) return `${sentenceCase(part)}: ${titleOf(part, plugin)}`;
  if (name === "path" && typeof value === "string") return `Data from ${fileName(value)}`;
  return `${sentenceCase(name)} = ${plain(value)}`;
}

/** The name of the plugin that a whole part stands for. */
function nameOf(value: JsonValue): string | null {
  const isPart = typeof value === "object" && value !== null && "name" in value;
  return isPart ? String(value["name"]) : null;
}

/** What the catalog calls a plugin, such as `Multilayer perceptron`. */
function titleOf(kind: string, name: string): string {
  const isIt = (card: PluginCard) => card.kind === kind && card.name === name;
  return catalog.value?.plugins.find(isIt)?.title ?? optionWord(name);
}

/** A file without the folders it lies in, which say nothing to a person. */
function fileName(path: string): string {
  return path.split("/").at(-1) ?? path;
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
  if (typeof value === "string") return optionWord(value);
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return value.length > 8 ? `${value.length} values` : value.join(", ");
  if (typeof value === "boolean") return value ? "on" : "off";
  if (value === null) return "none";
  return JSON.stringify(value);
}
