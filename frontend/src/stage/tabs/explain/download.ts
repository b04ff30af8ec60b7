/** Files of an explanation: the numbers as they are, or the picture. */

import { problemOf, ProblemError } from "../../../wire/problem";
import type { JsonValue } from "../../../wire/protocol";
import { explainPath } from "./snippets";

export type FileKind = "npz" | "png";

const TYPES: Readonly<Record<FileKind, string>> = { npz: "application/x-npz", png: "image/png" };

/** Have an explanation computed and saved as a file. */
export async function download(
  session: string,
  wanted: Readonly<Record<string, JsonValue>>,
  kind: FileKind,
): Promise<void> {
  const response = await fetch(explainPath(session), {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: TYPES[kind] },
    body: JSON.stringify(wanted),
  });
  if (!response.ok) throw new ProblemError(problemOf(await sentenceOf(response)));
  const address = URL.createObjectURL(await response.blob());
  const file = `${String(wanted["method"])}-slot-${String(wanted["slot"] ?? 0)}.${kind}`;
  Object.assign(document.createElement("a"), { href: address, download: file }).click();
  URL.revokeObjectURL(address);
}

async function sentenceOf(response: Response): Promise<string> {
  const fallback = `The server answered ${response.status}.`;
  try {
    const told = (await response.json()) as { sentence?: string; detail?: string };
    return told.sentence ?? told.detail ?? fallback;
  } catch {
    return fallback;
  }
}
