/** Numbers in formulas: always the same width, coloured by their sign. */

const MINUS = "{-}";

/** Digits of a size without its sign, of one width where that is possible. */
function digits(size: number, places: number): string {
  if (size === 0) return (0).toFixed(places);
  if (size < 0.0005 || size >= 1000) {
    const [mantissa, power] = size.toExponential(1).split("e");
    return `${mantissa ?? ""}{\\cdot}10^{${Number(power)}}`;
  }
  return size.toFixed(Math.max(1, size < 10 ? places : size < 100 ? places - 1 : places - 2));
}

/** A number with its sign, in the colour of its sign. */
export function signed(value: number, places = 3): string {
  if (Number.isNaN(value)) return "\\text{NaN}";
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}\\infty` : "{+}\\infty";
  const isNegative = value < 0;
  const text = `${isNegative ? MINUS : "{+}"}${digits(Math.abs(value), places)}`;
  return `\\htmlClass{${isNegative ? "neg" : "pos"}}{${text}}`;
}

/** A number that is not negative, such as a loss or a slope. */
export function plain(value: number, places = 3): string {
  if (!Number.isFinite(value)) return "\\text{NaN}";
  return (value < 0 ? MINUS : "") + digits(Math.abs(value), places);
}

/** A rate as it was chosen: 0.03, not 0.030. */
export function chosen(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** The same number in a table: fixed width, a true minus. */
export function cell(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value < 0 ? "−∞" : "∞";
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "+";
  if (size !== 0 && (size < 0.0005 || size >= 1000)) {
    return sign + size.toExponential(1).replace("e-", "e−").replace("e+", "e");
  }
  return sign + size.toFixed(size < 10 ? 4 : size < 100 ? 3 : 2);
}
