/** One component per kind of figure, found by its folder and loaded when first needed. */

import type { FigureComponent, Kind } from "./types";

interface FigureModule {
  readonly default: FigureComponent;
}

const modules = import.meta.glob<FigureModule>(["./*/*.svelte", "!./*/part/*.svelte"]);
const loaded = new Map<Kind, FigureComponent>();

function pathOf(kind: Kind): string {
  return `./${kind}/${kind.charAt(0).toUpperCase()}${kind.slice(1)}.svelte`;
}

export const kinds: readonly string[] = Object.keys(modules).map(
  (path) => path.split("/")[1] ?? "",
);

/** The component if it is here already, so that a second figure of a kind appears at once. */
export function known(kind: Kind): FigureComponent | null {
  return loaded.get(kind) ?? null;
}

export async function load(kind: Kind): Promise<FigureComponent> {
  const here = loaded.get(kind);
  if (here !== undefined) return here;
  const open = modules[pathOf(kind)];
  if (open === undefined) throw new Error(`This page cannot draw figures of kind ${kind}.`);
  const component = (await open()).default;
  loaded.set(kind, component);
  return component;
}
