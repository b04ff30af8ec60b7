/** The REST routes under /api/v1, with refusals as ProblemError. */

import { decodeFrame, type FrameData } from "./frame";
import { problemOf, ProblemError } from "./problem";
import type {
  Catalog,
  CheckedModel,
  CheckModel,
  Command,
  CommandResult,
  CreateSession,
  Figure,
  History,
  InspectedEvent,
  JobDone,
  JsonValue,
  Lesson,
  LessonCard,
  Metrics,
  PictureSetCard,
  Problem,
  SessionInfo,
} from "./protocol";

const ROOT = "/api/v1";
const FRAME = "application/octet-stream";

/** Figures of a demo or a preview, with the arrays they refer to. */
export interface Picture {
  readonly figures: readonly Figure[];
  readonly data: FrameData;
}

type Method = "GET" | "POST" | "DELETE";

export const rest = {
  catalog: () => json<Catalog>("GET", "/catalog"),
  lessons: () => json<readonly LessonCard[]>("GET", "/lessons"),
  lesson: (name: string) => json<Lesson>("GET", `/lessons/${name}`),
  preview: (lesson: string) => picture("GET", `/lessons/${lesson}/preview`),
  demo: (name: string, params: Readonly<Record<string, JsonValue>>) =>
    picture("POST", `/demos/${name}`, { params }),
  check: (body: CheckModel) => json<CheckedModel>("POST", "/models/check", body),

  sessions: () => json<readonly SessionInfo[]>("GET", "/sessions"),
  session: (id: string) => json<SessionInfo>("GET", `/sessions/${id}`),
  create: (body: CreateSession) => json<SessionInfo>("POST", "/sessions", body),
  remove: (id: string) => send("DELETE", `/sessions/${id}`),
  fork: (id: string, step: number) =>
    json<SessionInfo>("POST", `/sessions/${id}/fork`, { step, phase: "paused" }),
  command: (id: string, command: Command) =>
    json<CommandResult>("POST", `/sessions/${id}/commands`, command),
  metrics: (id: string) => json<Metrics>("GET", `/sessions/${id}/metrics`),
  history: (id: string) => json<History>("GET", `/sessions/${id}/history`),

  pictureSets: () => json<readonly PictureSetCard[]>("GET", "/picture-sets"),
  removePictureSet: (name: string) => send("DELETE", `/picture-sets/${encodeURIComponent(name)}`),
};

export type ExportFormat = "experiment" | "safetensors" | "python" | "pytorch";

/** Where an export of a session is downloaded from. */
export function exportUrl(id: string, format: ExportFormat): string {
  return `${ROOT}/sessions/${id}/export?format=${format}`;
}

/** The code of an export, as text. */
export async function exportText(
  id: string,
  format: Exclude<ExportFormat, "safetensors">,
): Promise<string> {
  const response = await fetch(exportUrl(id, format));
  if (!response.ok) throw await refusal(response);
  return response.text();
}

/** Send an archive of pictures; `told` hears the share that was sent, which fetch cannot tell. */
export function uploadPictureSet(
  name: string,
  file: Blob,
  told: (share: number) => void,
): Promise<PictureSetCard> {
  const request = new XMLHttpRequest();
  request.open("POST", `${ROOT}/picture-sets?name=${encodeURIComponent(name)}`);
  request.setRequestHeader("Content-Type", "application/zip");
  request.upload.onprogress = ({ loaded, total }) => told(loaded / Math.max(1, total));
  return new Promise((resolve, reject) => {
    request.onload = () => {
      const { status, responseText } = request;
      if (status === 200) resolve(JSON.parse(responseText) as PictureSetCard);
      else void refusal(new Response(responseText, { status })).then(reject);
    };
    request.onerror = () =>
      reject(new ProblemError(problemOf("The upload was cut off.", { hint: "Try it again." })));
    request.send(file);
  });
}

async function json<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  return (await response.json()) as T;
}

async function picture(method: Method, path: string, body?: unknown): Promise<Picture> {
  const response = await send(method, path, body, FRAME);
  const { message, data } = decodeFrame<JobDone | InspectedEvent>(await response.arrayBuffer());
  if (message.type === "job_done" && message.problem !== null) {
    throw new ProblemError(message.problem);
  }
  return { figures: message.figures, data };
}

async function send(
  method: Method,
  path: string,
  body?: unknown,
  accept = "application/json",
): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(ROOT + path, { method, headers, ...content }).catch(() => null);
  if (response === null) {
    throw new ProblemError(problemOf("The server does not answer.", { hint: "Is it running?" }));
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

interface ProblemDocument extends Partial<Problem> {
  readonly title?: string;
  readonly detail?: string;
}

/** Return what a problem document says, or the bare status where there is none. */
async function refusal(response: Response): Promise<ProblemError> {
  const fallback = `The server answered ${response.status}.`;
  try {
    const { title, detail, sentence, field, hint } = (await response.json()) as ProblemDocument;
    const text = sentence ?? detail ?? title ?? fallback;
    return new ProblemError(problemOf(text, { field: field ?? null, hint: hint ?? null }));
  } catch {
    return new ProblemError(problemOf(fallback));
  }
}
