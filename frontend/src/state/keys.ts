/** The keys of the page: one table for what they do, for help and for the palette. */

import type { LayerCard, ModelCard } from "../wire/protocol";

export interface KeyAction {
  /** As `keyOf` returns it. */
  readonly key: string;
  /** As it is printed on the keyboard. */
  readonly label: string;
  readonly does: string;
  readonly run: () => void;
}

const PRESSABLE = "button, a, summary, [role=tab], [role=slider]";
const TICKABLE = ["checkbox", "radio"];

/** Return the key of an event as the table names it: `Space`, `.`, `Shift+.`, `R`, `Escape`. */
export function keyOf(event: KeyboardEvent): string {
  // By position, since Shift turns the full stop into another character on most keyboards.
  if (event.code === "Period") return event.shiftKey ? "Shift+." : ".";
  if (event.key === " ") return "Space";
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

/** Whether the key belongs to what has the focus: a field being typed into, an open dialog. */
export function isTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest("dialog[open]") !== null) return true;
  if (target.closest("textarea, select, [contenteditable]") !== null) return true;
  const input = target.closest("input");
  if (input !== null && TICKABLE.includes(input.type)) return isPress(event) && reached;
  if (input !== null) return input.type !== "range";
  const control = target.closest(PRESSABLE);
  return control !== null && isPress(event) && (event.key === "Enter" || reached);
}

function isPress({ key }: KeyboardEvent): boolean {
  return key === " " || key === "Enter";
}

/**
 * Whether the keyboard led to what has the focus. After a click the focus only stays behind, and
 * Space is the page's again. `:focus-visible` cannot tell: Chromium sets it at the first key.
 */
let reached = true;
let last: "pointer" | "keyboard" = "keyboard";

const WATCHED: Readonly<Record<string, () => void>> = {
  pointerdown: () => {
    last = "pointer";
    reached = false;
  },
  keydown: () => (last = "keyboard"),
  focusin: () => (reached = last === "keyboard"),
};

/** The layers that the digits name, as the list of the page shows them: of a deep model its blocks. */
export function numbered(model: ModelCard, deep: boolean): readonly LayerCard[] {
  if (!deep) return model.layers.filter(isListed);
  return model.blocks.flatMap((block) => {
    const inside = block.layers.flatMap((at) => model.layers[at] ?? []);
    const modules = inside.filter(({ is_module }) => is_module);
    return inside.filter(isListed).at(-1) ?? modules.at(-1) ?? inside.slice(-1);
  });
}

/** Whether the list shows it: it has weights or makes maps smaller, and is no second use of one. */
export function isListed({ kind, parameters, call, is_module }: LayerCard): boolean {
  return is_module && call === 0 && (parameters > 0 || kind === "pool");
}

/** Listen for the keys of the table; returns how to stop. */
export function listen(actions: () => readonly KeyAction[]): () => void {
  const held = new Set<string>();
  const pressed = (event: KeyboardEvent) => {
    if (isTaken(event)) return;
    const key = keyOf(event);
    const action = actions().find((candidate) => candidate.key === key);
    if (action === undefined) return;
    event.preventDefault();
    held.add(key);
    action.run();
  };
  // Some browsers press a button when the key is let go.
  const released = (event: KeyboardEvent) => {
    if (held.delete(keyOf(event))) event.preventDefault();
  };
  for (const [type, note] of Object.entries(WATCHED)) window.addEventListener(type, note, true);
  window.addEventListener("keydown", pressed);
  window.addEventListener("keyup", released);
  return () => {
    for (const [type, note] of Object.entries(WATCHED))
      window.removeEventListener(type, note, true);
    window.removeEventListener("keydown", pressed);
    window.removeEventListener("keyup", released);
  };
}
