/** The same run from a script: as curl, and as Python. */

import type { CreateSession } from "../wire/protocol";

/** Return the request that creates the session, for a shell. */
export function asCurl(creation: CreateSession, origin: string): string {
  const body = JSON.stringify(creation).replaceAll("'", "'\\''");
  return [
    `curl -X POST ${origin}/api/v1/sessions \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '${body}'`,
  ].join("\n");
}

/** Return the same with the client for Python. */
export function asPython(creation: CreateSession, origin: string): string {
  const { experiment, edits } = creation;
  const { version: _version, ...fields } = experiment;
  const lines = Object.entries(fields).map(([name, value]) => `    ${name}=${python(value)},`);
  const note =
    edits.length > 0 ? ["# Changes made while it ran are in the link, not in here."] : [];
  return [
    "from lantern.client import Lantern",
    "",
    ...note,
    `lantern = Lantern(${python(origin)})`,
    "session = lantern.create(",
    ...lines,
    ")",
    "session.run(200)",
    "print(session.metrics())",
  ].join("\n");
}

/** Return a JSON value as Python writes it. */
export function python(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).map(([key, item]) => `${python(key)}: ${python(item)}`);
    return `{${entries.join(", ")}}`;
  }
  return JSON.stringify(value);
}
