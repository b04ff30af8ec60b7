/** One explanation from a script: as curl, as Python, and as files. */

import { python } from "../../../state/snippets";
import type { WatchedView } from "../../../state/watch.svelte";
import type { JsonValue } from "../../../wire/protocol";

type Wanted = Readonly<Record<string, JsonValue>>;

/** What is asked of `POST /sessions/{id}/explain` for a view of the grid. */
export function wantedOf(view: WatchedView, at: number | "live"): Wanted {
  const { method, method_params, layer, target, slot } = view.params ?? {};
  return {
    method: method ?? "saliency",
    ...(isEmpty(method_params) ? {} : { params: method_params ?? {} }),
    ...(layer === undefined || layer === "" ? {} : { layer }),
    ...(target === undefined || target === null ? {} : { target }),
    slot: slot ?? 0,
    ...(at === "live" ? {} : { at }),
  };
}

function isEmpty(value: JsonValue | undefined): boolean {
  return typeof value !== "object" || value === null || Object.keys(value).length === 0;
}

export function explainPath(session: string): string {
  return `/api/v1/sessions/${session}/explain`;
}

export function explainCurl(origin: string, session: string, wanted: Wanted): string {
  const body = JSON.stringify(wanted).replaceAll("'", "'\\''");
  return [
    `curl -X POST ${origin}${explainPath(session)} \\`,
    "  -H 'Content-Type: application/json' \\",
    "  -H 'Accept: application/x-npz' \\",
    `  -d '${body}' -o explanation.npz`,
  ].join("\n");
}

export function explainPython(origin: string, session: string, wanted: Wanted): string {
  const { method, params, slot, ...rest } = wanted;
  const input = slot === 0 || slot === undefined ? {} : { input: slot };
  const extra = typeof params === "object" && params !== null ? params : {};
  const given = Object.entries({ ...rest, ...input, ...extra }).map(
    ([name, value]) => `, ${name}=${python(value)}`,
  );
  return [
    "from lantern.client import Lantern",
    "",
    `session = Lantern(${python(origin)}).session(${python(session)})`,
    `explanation = session.explain(${python(method)}${given.join("")})`,
    "print(explanation.scores.shape, explanation.meta)",
  ].join("\n");
}
