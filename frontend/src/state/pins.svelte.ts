/** Views that were pinned to the right column of a session's page, kept in this browser. */

import { encodeView, type TitledView } from "./parts";

const MOST = 4;

export class Pins {
  list = $state.raw<readonly TitledView[]>([]);
  private readonly key: string;

  constructor(session: string) {
    this.key = `lantern.pins.${session}`;
    this.list = read(this.key);
  }

  has(view: TitledView): boolean {
    return this.list.some((pinned) => encodeView(pinned) === encodeView(view));
  }

  /** Pin a view, newest first, or take it down. */
  toggle(view: TitledView): void {
    const others = this.list.filter((pinned) => encodeView(pinned) !== encodeView(view));
    this.list = others.length < this.list.length ? others : [view, ...others].slice(0, MOST);
    if (this.list.length === 0) localStorage.removeItem(this.key);
    else localStorage.setItem(this.key, JSON.stringify(this.list));
  }
}

function read(key: string): readonly TitledView[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? (kept as TitledView[]) : [];
  } catch {
    return [];
  }
}
