/** The little of Markdown that lessons use, as HTML in which nothing of the text is markup. */

/** Turns a formula into HTML; `display` for one on a line of its own. */
export type Typeset = (formula: string, display: boolean) => string;

/** Whether the text has a formula, so that KaTeX is loaded only then. */
export function hasFormulas(text: string): boolean {
  return /\$[^$\s]/.test(text);
}

/** Return the text as HTML: headings, lists, paragraphs, code, emphasis, links, formulas. */
export function toHtml(text: string, typeset: Typeset = plain): string {
  const blocks = text
    .replaceAll("\r", "")
    .split(/\n{2,}/)
    .map((block) => block.trim());
  const whole = rejoinedCode(blocks.filter((block) => block !== ""));
  return whole.map((block) => blockToHtml(block, typeset)).join("\n");
}

/** Code blocks may hold empty lines: put those back together. */
function rejoinedCode(blocks: readonly string[]): string[] {
  const whole: string[] = [];
  let open = false;
  for (const block of blocks) {
    if (open) whole.push(`${whole.pop() ?? ""}\n\n${block}`);
    else whole.push(block);
    const fences = block.match(/^```/gm)?.length ?? 0;
    if (fences % 2 === 1) open = !open;
  }
  return whole;
}

function blockToHtml(block: string, typeset: Typeset): string {
  const fence = /^```(\w*)\n([\s\S]*?)\n?```$/.exec(block);
  if (fence) return `<pre><code>${escaped(fence[2] ?? "")}</code></pre>`;
  const display = /^\$\$([\s\S]+)\$\$$/.exec(block);
  if (display) return typeset((display[1] ?? "").trim(), true);
  const heading = /^(#{1,4}) (.*)$/.exec(block);
  // The page's own title is the first heading.
  if (heading) {
    const level = Math.max(2, heading[1]?.length ?? 2);
    return `<h${level}>${inline(heading[2] ?? "", typeset)}</h${level}>`;
  }
  if (/^[-*] /.test(block)) return list(block, /^[-*] /, "ul", typeset);
  if (/^\d+\. /.test(block)) return list(block, /^\d+\. /, "ol", typeset);
  return `<p>${inline(block, typeset)}</p>`;
}

function list(block: string, mark: RegExp, tag: "ul" | "ol", typeset: Typeset): string {
  const items: string[] = [];
  for (const line of block.split("\n")) {
    if (mark.test(line)) items.push(line.replace(mark, ""));
    else items.push(`${items.pop() ?? ""} ${line.trim()}`);
  }
  const entries = items.map((item) => `<li>${inline(item, typeset)}</li>`).join("");
  return `<${tag}>${entries}</${tag}>`;
}

function inline(text: string, typeset: Typeset): string {
  const pieces = text.split(/(`[^`]+`|\$[^$]+\$)/);
  return pieces.map((piece) => inlinePiece(piece, typeset)).join("");
}

function inlinePiece(piece: string, typeset: Typeset): string {
  if (/^`[^`]+`$/.test(piece)) return `<code>${escaped(piece.slice(1, -1))}</code>`;
  if (/^\$[^$]+\$$/.test(piece)) return typeset(piece.slice(1, -1), false);
  return escaped(piece)
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/\*([^*]+)\*/g, "<em>$1</em>")
    .replace(/\[([^\]]+)\]\(((?:#|\/|https?:)[^)\s"]*)\)/g, '<a href="$2">$1</a>');
}

function plain(formula: string): string {
  return `<code>${escaped(formula)}</code>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
