/** Refusals and failures, as data and as an exception. */

import type { Problem } from "./protocol";

/** Thrown where something was refused or failed in a way that a person can act on. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.sentence);
  }
}

/** Return a problem of our own, with the fields that a server's would have. */
export function problemOf(sentence: string, more: Partial<Problem> = {}): Problem {
  return { sentence, field: null, hint: null, step: null, layer: null, rewind_to: null, ...more };
}

/** Return what was thrown as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return problemOf(error instanceof Error ? error.message : String(error));
}

/** What to say beside the field itself: without its name at the front, and with what helps. */
export function besideField({ sentence, field, hint }: Problem): string {
  const [front = ""] = /^[a-z_.]+: /.exec(sentence) ?? [];
  const isNamed = front !== "" && field !== null && `${field}.`.startsWith(front.slice(0, -2));
  const rest = isNamed ? sentence.slice(front.length) : sentence;
  // Names of files and of layers stay as they are.
  const said = /^[a-z]+ /.test(rest) ? rest.charAt(0).toUpperCase() + rest.slice(1) : rest;
  return hint === null ? said : `${said} ${hint}`;
}
