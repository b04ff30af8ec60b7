/** Keys of the drawing mode; they come before those of the page while it is on. */

import { isTaken, keyOf } from "../../state/keys";
import { MOST_CLASSES } from "../../state/points";
import type { PointsEditor } from "../../state/points.svelte";
import type { SessionState } from "../../state/session.svelte";
import { chooseClass } from "./classes";

/** Listen for them; returns how to stop. */
export function listenWhileDrawing(session: SessionState, editor: PointsEditor): () => void {
  const pressed = (event: KeyboardEvent): void => {
    const done = carriedOut(event, session, editor);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("keydown", pressed, { capture: true });
  return () => window.removeEventListener("keydown", pressed, { capture: true });
}

function carriedOut(event: KeyboardEvent, session: SessionState, editor: PointsEditor): boolean {
  if (!editor.drawing) return false;
  const key = keyOf(event);
  if (key === "Z" && (event.ctrlKey || event.metaKey) && !isTyping(event)) {
    editor.undo();
    return true;
  }
  if (isTaken(event)) return false;
  const label = Number(key) - 1;
  if (/^[1-9]$/.test(key) && session.data !== null && session.data.classes.length > 0) {
    if (label < MOST_CLASSES) chooseClass(session, editor, label);
    return true;
  }
  switch (key) {
    case "E":
      editor.tool = editor.tool === "erase" ? "draw" : "erase";
      return true;
    case "Escape":
      editor.drawing = false;
      return true;
    default:
      return false;
  }
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest("input, textarea") !== null;
}
