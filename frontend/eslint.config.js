import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["node_modules", "coverage", "src/wire/protocol.ts"] },
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      eqeqeq: "error",
      "no-undef": "off",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      // Rows are read by index where several arrays go side by side.
      "@typescript-eslint/prefer-for-of": "off",
      // Big or private collections are left plain on purpose: `$state.raw` and a version do the rest.
      "svelte/prefer-svelte-reactivity": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "svelte/no-at-html-tags": "error",
      "svelte/require-each-key": "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig },
    },
    // The rule knows no runes: props and state are written with `let`.
    rules: { "prefer-const": "off" },
  },
  // `{@html}` is allowed in exactly one component, which escapes what it is given.
  { files: ["src/ui/Prose.svelte"], rules: { "svelte/no-at-html-tags": "off" } },
);
