import { readdirSync, readFileSync } from "node:fs";

import { expect, it } from "vitest";

import { CONTROLS, decodeOptions, encodeOptions, PLAIN } from "./page-options";
import { hidden, pageOptions } from "./page-options.svelte";
import { hashOf, routeOf } from "./router.svelte";

it("goes through an address and back", () => {
  const options = { hide: ["noise", "batch_size"], test: true, discretize: false, text: false };
  expect(encodeOptions(options)).toBe("hide=noise,batch_size&test=1&discretize=0&text=0");
  expect(decodeOptions(encodeOptions(options))).toEqual(options);
  expect(encodeOptions(PLAIN)).toBe("");
  expect(decodeOptions("")).toEqual(PLAIN);
});

it("passes over what it does not know", () => {
  expect(decodeOptions("hide=a,<b>,,c&test=maybe&zoom=3")).toEqual({
    ...PLAIN,
    hide: ["a", "c"],
  });
});

it("is part of a session's route", () => {
  const route = { page: "session" as const, id: "ab12", query: "hide=noise&test=1" };
  expect(hashOf(route)).toBe("#/s/ab12?hide=noise&test=1");
  expect(routeOf(hashOf(route))).toEqual(route);
});

it("hides what the address says, or else what the lesson says, until all is shown", () => {
  pageOptions.take("hide=noise");
  expect([hidden("noise"), hidden("samples")]).toEqual([true, false]);
  pageOptions.suggest(["samples"]);
  expect(hidden("samples")).toBe(false);
  location.hash = "#/s/ab12?hide=noise&test=1";
  pageOptions.showAll();
  expect(hidden("noise")).toBe(false);
  expect(location.hash).toBe("#/s/ab12?hide=");
  pageOptions.take("");
  pageOptions.suggest(["samples"]);
  expect(hidden("samples")).toBe(true);
  pageOptions.take("");
});

it("names every control once", () => {
  const names = CONTROLS.flatMap(({ controls }) => controls.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});

it("knows every control that a lesson hides", () => {
  const folder = "../backend/lantern/lessons/";
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => readFileSync(folder + name, "utf8"));
  const hidden = texts.flatMap((text) => {
    const list = /^hide = \[(.*)\]$/m.exec(text)?.[1] ?? "";
    return list.split(",").flatMap((word) => /"(.*)"/.exec(word)?.[1] ?? []);
  });
  const names = CONTROLS.flatMap(({ controls }) => controls.map(({ name }) => name));
  expect(hidden.length).toBeGreaterThan(0);
  expect(hidden.filter((name) => !names.includes(name))).toEqual([]);
});
