/** The keys of the page: one table for what they do, for help and for the palette. */

export interface KeyAction {
  /** As `keyOf` returns it. */
  readonly key: string;
  /** As it is printed on the keyboard. */
  readonly label: string;
  readonly does: string;
  readonly run: () => void;
}

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
  if (input !== null) return input.type !== "range" && input.type !== "checkbox";
  const pressable = target.closest("button, a, summary, [role=tab], [role=slider]") !== null;
  return pressable && (event.key === " " || event.key === "Enter");
}

/** Listen for the keys of the table; returns how to stop. */
export function listen(actions: () => readonly KeyAction[]): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (isTaken(event)) return;
    const key = keyOf(event);
    const action = actions().find((candidate) => candidate.key === key);
    if (action === undefined) return;
    event.preventDefault();
    action.run();
  };
  window.addEventListener("keydown", pressed);
  return () => window.removeEventListener("keydown", pressed);
}
