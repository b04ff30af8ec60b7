/** Pictures of the lessons: asked for when they come into sight, two at a time. */

import { rest, type Picture } from "../../wire/rest";

const AT_ONCE = 2;
/** The server says that a picture is still being made rather than keep us waiting. */
const TRIES = 8;
const RETRY_MS = 4_000;
const pictures = new Map<string, Promise<Picture>>();
const waiting: (() => void)[] = [];
let busy = 0;

/** Return the picture of a lesson; it is trained for, once, so it may take seconds. */
export function pictureOf(lesson: string): Promise<Picture> {
  const known = pictures.get(lesson);
  if (known !== undefined) return known;
  const picture = patiently(lesson);
  picture.catch(() => pictures.delete(lesson));
  pictures.set(lesson, picture);
  return picture;
}

async function patiently(lesson: string): Promise<Picture> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await queued(() => rest.preview(lesson));
    } catch (error) {
      if (tried === TRIES) throw error;
      await new Promise((wake) => setTimeout(wake, RETRY_MS));
    }
  }
}

async function queued<T>(work: () => Promise<T>): Promise<T> {
  if (busy >= AT_ONCE) await new Promise<void>((wake) => waiting.push(wake));
  busy += 1;
  try {
    return await work();
  } finally {
    busy -= 1;
    waiting.shift()?.();
  }
}
