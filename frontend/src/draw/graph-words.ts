/** How a layer is named in its box: what tells it from its neighbours stays longest. */

const BRIEFLY: readonly (readonly [RegExp, string])[] = [
  [/\baverage\b/g, "avg"],
  [/\bdepthwise\b/g, "dw"],
];

/**
 * `shortcut.conv 1×1`, then less and less of it: the path in front goes first, then longer words are
 * shortened, then what is said of its size.
 */
export function layerNames(title: string): readonly string[] {
  const [path = "", ...size] = title.split(" ");
  const own = [path.split(".").at(-1) ?? "", ...size].join(" ");
  const brief = briefly(own);
  const words = brief.split(" ");
  const less = words.map((_, at) => words.slice(0, words.length - at).join(" "));
  return [...new Set([title, briefly(title), own, ...less])].filter((name) => name !== "");
}

function briefly(name: string): string {
  return BRIEFLY.reduce((text, [word, short]) => text.replace(word, short), name);
}
