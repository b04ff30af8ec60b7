/** Titles of sessions. A fork's says where it left its original: `Fork at 300 of Two spirals`. */

const FORK = /^Fork (?:\d+ )?at \d+ of /;

/** A title without what makes it that of a fork. */
export function originalTitle(title: string): string {
  return title.replace(FORK, "");
}
