/** Numbers as text, the same everywhere. */

/** A number for a legend, an axis or a table: three significant digits, no noise. */
export function short(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-3
      ? value
          .toExponential(Math.max(0, digits - 2))
          .replace(".0e", "e")
          .replace("e+", "e")
      : trimmed(value.toPrecision(digits));
  return text.replace("-", "−");
}

function trimmed(text: string): string {
  const number = text.includes("e") ? String(Number(text)) : text;
  return number.includes(".") ? number.replace(/\.?0+$/, "") : number;
}

/** A count with thin spaces between thousands. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace("-", "−")
    .replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** A share of one as a percentage with one decimal, as the server says it: never rounded to 100. */
export function percent(share: number): string {
  if (share > 0.999 && share < 1) return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : "–";
}

/** A headline number that keeps its width while it changes. */
export function steady(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1000) return value.toExponential(1).replace("e+", "e");
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3).replace("-", "−");
}

/** A range as a legend shows it. */
export function range(low: number, high: number): string {
  return `${short(low)} … ${short(high)}`;
}
