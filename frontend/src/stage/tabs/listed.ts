/** Numbers that a figure's facts hold as words, such as `3 17 4`. */

export function listed(fact: string | number | undefined): number[] {
  const text = String(fact ?? "").trim();
  return text === "" ? [] : text.split(/\s+/).map(Number);
}
