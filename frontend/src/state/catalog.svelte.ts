/** The catalog: every plugin that the server's machines offer. */

import { asProblem } from "../wire/problem";
import type { Catalog, JsonValue, Part, PluginCard, Problem } from "../wire/protocol";
import { rest } from "../wire/rest";
import { fieldsOf } from "./schema";

const RETRY_MS = 1_000;

class CatalogState {
  value = $state.raw<Catalog | null>(null);
  problem = $state.raw<Problem | null>(null);
  private loading: Promise<Catalog> | null = null;

  /** Return the catalog, asking until the server has one. */
  load(): Promise<Catalog> {
    this.loading ??= this.ask();
    return this.loading;
  }

  private async ask(): Promise<Catalog> {
    for (;;) {
      try {
        const found = await rest.catalog();
        this.problem = null;
        // Empty until the first agent has said hello.
        if (found.plugins.length > 0) return (this.value = found);
      } catch (error) {
        this.problem = asProblem(error);
      }
      await new Promise((wake) => setTimeout(wake, RETRY_MS));
    }
  }
}

export const catalog = new CatalogState();

export function pluginsOf(catalog: Catalog, kind: PluginCard["kind"]): readonly PluginCard[] {
  return catalog.plugins.filter((card) => card.kind === kind);
}

export function pluginOf(catalog: Catalog, kind: PluginCard["kind"], name: string) {
  return catalog.plugins.find((card) => card.kind === kind && card.name === name) ?? null;
}

/** Whether an inspector looks at an input, in a slot that it is given. */
export function takesSlot(catalog: Catalog, inspector: string): boolean {
  const properties = pluginOf(catalog, "inspector", inspector)?.parameters["properties"];
  return typeof properties === "object" && properties !== null && "slot" in properties;
}

/** Return all parameters of a part, those left out with their defaults. */
export function paramsOf(card: PluginCard, part: Part): Readonly<Record<string, JsonValue>> {
  const defaults = fieldsOf(card.parameters).map((field) => [field.name, field.default] as const);
  return { ...Object.fromEntries(defaults), ...part.params };
}

/** Whether two plugins fit each other: both speak of points, or of images, or do not care. */
export function fits(card: PluginCard, kind: "points" | "images"): boolean {
  const other = kind === "points" ? "images" : "points";
  return card.tags.includes(kind) || !card.tags.includes(other);
}
