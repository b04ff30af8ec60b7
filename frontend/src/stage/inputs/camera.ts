/** The camera of this computer, or the sentence why there is none. */

import { problemOf, ProblemError } from "../../wire/problem";

const REASONS: Readonly<Record<string, string>> = {
  NotAllowedError: "The browser was not allowed to use the camera: allow it for this page.",
  SecurityError: "The browser was not allowed to use the camera: allow it for this page.",
  NotFoundError: "This computer has no camera that the browser can find.",
  OverconstrainedError: "This computer has no camera that the browser can find.",
  NotReadableError: "The camera is there, but another program is using it.",
  AbortError: "The camera is there, but it could not be started.",
};

/** Start the camera, or throw a ProblemError that says why not. */
export async function startCamera(): Promise<MediaStream> {
  // Browsers hide the camera from pages that came over plain http from another machine; the
  // types do not know that.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) {
    const sentence = window.isSecureContext
      ? "This browser has no access to cameras."
      : "Browsers give a camera only to pages over https, or from this very machine.";
    throw new ProblemError(problemOf(sentence));
  }
  try {
    const video = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" };
    return await devices.getUserMedia({ video, audio: false });
  } catch (error) {
    throw new ProblemError(problemOf(reasonOf(error)));
  }
}

export function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  return REASONS[name] ?? "The camera could not be started.";
}

export function stopCamera(stream: MediaStream | null): void {
  stream?.getTracks().forEach((track) => track.stop());
}
