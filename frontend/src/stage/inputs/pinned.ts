/** Which inputs are pinned: slots of the session that are shown side by side. */

import type { InputRef, SessionState } from "../../state/session.svelte";

export const MOST_PINNED = 12;

/** The slots that are shown: the first is always there. */
export function pinnedSlots(inputs: Readonly<Record<string, InputRef>>): number[] {
  const slots = new Set([0, ...Object.keys(inputs).map(Number)]);
  return [...slots].sort((a, b) => a - b);
}

/** The lowest slot that nothing lies in, or null where enough are pinned. */
export function freeSlot(inputs: Readonly<Record<string, InputRef>>): number | null {
  const taken = pinnedSlots(inputs);
  if (taken.length >= MOST_PINNED) return null;
  for (let slot = 1; ; slot += 1) if (!taken.includes(slot)) return slot;
}

/** The slot to look at after one was taken down: its neighbour. */
export function neighbourOf(slot: number, inputs: Readonly<Record<string, InputRef>>): number {
  const slots = pinnedSlots(inputs);
  const at = slots.indexOf(slot);
  return slots[at + 1] ?? slots[at - 1] ?? 0;
}

/** Keep the present input where it is, and look at a copy of it that others may take the place of. */
export async function pin(session: SessionState): Promise<void> {
  const slot = freeSlot(session.inputs);
  if (slot === null) return;
  const first: InputRef = { type: "sample", split: "validation", index: 0 };
  await session.setInput(slot, session.inputs[String(session.slot)] ?? first);
  session.slot = slot;
}

export async function takeDown(session: SessionState, slot: number): Promise<void> {
  if (session.slot === slot) session.slot = neighbourOf(slot, session.inputs);
  await session.clearInput(slot);
}

/** Look at the pinned input after this one; after the last comes the first. */
export function lookAtNext(session: SessionState): void {
  const slots = pinnedSlots(session.inputs);
  session.slot = slots[(slots.indexOf(session.slot) + 1) % slots.length] ?? 0;
}

/** What a session shows, as far as inputs depend on it. */
export interface Held {
  readonly inputs: Readonly<Record<string, InputRef>>;
  /** Equal for data that take the same inputs. */
  readonly data: string;
}

/** What to say of inputs that went with the data that they fitted; empty where none did. */
export function goneWith(before: Held, now: Held): string {
  if (before.data === now.data) return "";
  const gone = Object.keys(before.inputs).filter((slot) => !(slot in now.inputs)).length;
  if (gone === 0) return "";
  return gone === 1
    ? "One input did not fit the new data and is gone."
    : `${gone} inputs did not fit the new data and are gone.`;
}

export function heldBy({ inputs, data }: SessionState): Held {
  const fits = data === null ? [] : [data.kind, data.shape, data.validation_count];
  return { inputs, data: JSON.stringify(fits) };
}
