/** Words for sets of pictures, and names for those that are uploaded. */

import { count } from "../../../draw/format";
import type { PictureSetCard } from "../../../wire/protocol";

const LONGEST = 60;

/** Return what stands in the list: `flowers: 5 classes, 3 670 pictures`. */
export function wordsOf({ title, classes, pictures }: PictureSetCard): string {
  return `${title}: ${classes} classes, ${count(pictures)} pictures`;
}

/** Return a name that the server takes, made of a file's: without its ending or odd characters. */
export function nameOf(file: string): string {
  const bare = file.replace(/\.zip$/i, "").normalize("NFKD");
  const plain = bare.replace(/[^A-Za-z0-9 _-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return plain.slice(0, LONGEST).trim() || "pictures";
}

/** Return the path to show as chosen: the first set where none is named, as the server takes it. */
export function chosenPath(path: string, sets: readonly PictureSetCard[]): string {
  if (path !== "") return path;
  const archives = sets.filter(({ path: each }) => each.endsWith(".zip"));
  const own = archives.find(({ is_upload }) => !is_upload);
  return (own ?? archives[0] ?? sets[0])?.path ?? "";
}
