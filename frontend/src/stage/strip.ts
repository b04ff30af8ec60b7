/** Which tabs of a strip find room; the others wait behind a word. */

/**
 * The indices of the tabs that are shown, in order: as many as fit from the first on, and always
 * the chosen one. Where not all fit, room is left for the word that opens the others.
 */
export function fitting(
  widths: readonly number[],
  chosen: number,
  room: number,
  more: number,
  gap: number,
): number[] {
  const all = widths.map((_, index) => index);
  const wide = (indices: readonly number[]): number =>
    indices.reduce((sum, index) => sum + (widths[index] ?? 0) + gap, -gap);
  if (room <= 0 || wide(all) <= room) return all;
  const shown = [...all];
  while (shown.length > 1 && wide(shown) + gap + more > room) {
    const last = shown.findLastIndex((index) => index !== chosen);
    shown.splice(last, 1);
  }
  return shown;
}
