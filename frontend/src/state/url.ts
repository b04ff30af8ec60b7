/** A run as a piece of an address: experiment, edits and step, packed and readable by anyone. */

import { ProblemError, problemOf } from "../wire/problem";
import type { CreateSession, Edit, Experiment } from "../wire/protocol";
import { complete, type PartialExperiment } from "./experiment";
import { decodeOptions, encodeOptions, type PageOptions } from "./page-options";

/** What a link says: a run, taken to a step. */
export interface SharedRun {
  readonly experiment: Experiment;
  readonly edits: readonly Edit[];
  readonly step: number;
  /** How the page is to be shown, where the link says anything of it. */
  readonly options?: PageOptions;
}

interface Packed {
  readonly x: PartialExperiment;
  readonly e?: readonly Edit[];
  readonly s?: number;
  /** Page options, as in an address. */
  readonly o?: string;
}

const PLAIN = "0";
const DEFLATED = "1";
const MOST_BYTES = 2_000_000;

/** Return the run as letters that fit an address. */
export async function encodeRun(run: SharedRun): Promise<string> {
  const edits = run.edits.filter(({ step }) => step <= run.step);
  const shown = run.options === undefined ? "" : encodeOptions(run.options);
  const packed: Packed = {
    x: trimmed(run.experiment),
    ...(edits.length > 0 ? { e: edits } : {}),
    ...(run.step > 0 ? { s: run.step } : {}),
    ...(shown === "" ? {} : { o: shown }),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(packed));
  if (typeof CompressionStream === "undefined") return PLAIN + toBase64(bytes);
  return DEFLATED + toBase64(await through(bytes, new CompressionStream("deflate-raw")));
}

/** Return the run that the letters stand for, or raise a ProblemError. */
export async function decodeRun(code: string): Promise<SharedRun> {
  try {
    const bytes = fromBase64(code.slice(1));
    const plain = code.startsWith(PLAIN)
      ? bytes
      : await through(bytes, new DecompressionStream("deflate-raw"));
    const { x, e = [], s = 0, o } = JSON.parse(new TextDecoder().decode(plain)) as Packed;
    const shown = o === undefined ? {} : { options: decodeOptions(o) };
    return { experiment: complete(x), edits: e, step: s, ...shown };
  } catch {
    throw new ProblemError(
      problemOf("This link does not hold an experiment.", { hint: "Was it copied whole?" }),
    );
  }
}

/** Return the address that reproduces a run. */
export async function linkTo(run: SharedRun): Promise<string> {
  return `${location.origin}${location.pathname}#/x/${await encodeRun(run)}`;
}

/** Return what to ask the server for, so that it reproduces the run. */
export function asCreation(run: SharedRun): CreateSession {
  const { experiment, edits, step } = run;
  const phase = step > 0 ? "paused" : "running";
  return { experiment, edits, start_step: step, phase, pace_steps_per_s: null };
}

/** Leave out what the other side fills in anyway. */
function trimmed(experiment: Experiment): Packed["x"] {
  const empty = complete({ dataset: experiment.dataset, model: experiment.model });
  const same = (key: keyof Experiment) =>
    JSON.stringify(experiment[key]) === JSON.stringify(empty[key]);
  const { dataset, model, ...others } = experiment;
  const needed = Object.entries(others).filter(([key]) => !same(key as keyof Experiment));
  return { dataset, model, ...Object.fromEntries(needed) };
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = transform.writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  // The reader meets the same error first; this one is awaited at the end, if it comes to that.
  written.catch(() => undefined);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = transform.readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    size += next.value.length;
    if (size > MOST_BYTES) throw new Error("too large");
  }
  await written;
  const whole = new Uint8Array(size);
  chunks.reduce((at, chunk) => (whole.set(chunk, at), at + chunk.length), 0);
  return whole;
}

function toBase64(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
