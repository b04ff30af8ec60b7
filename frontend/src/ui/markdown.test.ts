import { describe, expect, it } from "vitest";

import { hasFormulas, toHtml } from "./markdown";

describe("toHtml", () => {
  it("renders what lessons use", () => {
    const html = toHtml("# One\n\nA **b** *c* `d<e`\n\n- x\n- y\n  z\n\n```\ncode\n\nmore\n```");
    expect(html).toBe(
      "<h2>One</h2>\n<p>A <strong>b</strong> <em>c</em> <code>d&lt;e</code></p>\n" +
        "<ul><li>x</li><li>y z</li></ul>\n<pre><code>code\n\nmore</code></pre>",
    );
  });

  it("lets no markup through", () => {
    expect(toHtml("<img src=x onerror=alert(1)>")).not.toContain("<img");
    expect(toHtml("[x](javascript:alert)")).not.toContain("<a");
    expect(toHtml("[x](#/lesson/xor)")).toContain('<a href="#/lesson/xor">x</a>');
  });

  it("hands formulas to the typesetter", () => {
    const typeset = (formula: string, display: boolean) => `[${display ? "D" : "I"}${formula}]`;
    expect(toHtml("see $x_1$\n\n$$a<b$$", typeset)).toBe("<p>see [Ix_1]</p>\n[Da<b]");
    expect(hasFormulas("costs 5 $ or so")).toBe(false);
  });
});
