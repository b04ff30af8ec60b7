/** A view as a piece of an address, for a window of its own. */

import type { WatchedView } from "./watch.svelte";

/** Parts of the page that are more than one view, by name. */
export const PARTS_ALONE = ["network", "losses"] as const;
export type PartAlone = (typeof PARTS_ALONE)[number];

/** A view with the title it goes by. */
export interface TitledView extends WatchedView {
  readonly title: string;
}

export function encodeView({ title, inspector, params = {} }: TitledView): string {
  const bytes = new TextEncoder().encode(JSON.stringify([title, inspector, params]));
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Return the view that the letters stand for, or null. */
export function decodeView(code: string): TitledView | null {
  try {
    const binary = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const [title, inspector, params] = JSON.parse(new TextDecoder().decode(bytes)) as unknown[];
    if (typeof title !== "string" || typeof inspector !== "string") return null;
    return { title, inspector, params: (params ?? {}) as NonNullable<WatchedView["params"]> };
  } catch {
    return null;
  }
}

/** Open a part of a session's page alone in a window of its own. */
export function popOut(session: string, part: TitledView | PartAlone): void {
  const code = typeof part === "string" ? part : encodeView(part);
  const address = `${location.pathname}#/s/${encodeURIComponent(session)}/view/${code}`;
  window.open(address, "", "popup,width=1100,height=820");
}
