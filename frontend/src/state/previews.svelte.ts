/** Small pictures of data sets, asked for once per set of parameters. */

import { SvelteMap } from "svelte/reactivity";

import type { JsonValue } from "../wire/protocol";
import { rest, type Picture } from "../wire/rest";

class Previews {
  private readonly pictures = new SvelteMap<string, Picture>();
  private readonly asked = new Set<string>();

  /** The picture of a data set with these parameters, if it is here. */
  of(dataset: string, params: Readonly<Record<string, JsonValue>>): Picture | null {
    return this.pictures.get(keyOf(dataset, params)) ?? null;
  }

  /** Ask for a picture; where there is none (data not yet there), the name has to do. */
  async load(dataset: string, params: Readonly<Record<string, JsonValue>>): Promise<void> {
    const key = keyOf(dataset, params);
    if (this.asked.has(key)) return;
    this.asked.add(key);
    try {
      this.pictures.set(key, await rest.demo("dataset_preview", { dataset, params }));
    } catch {
      this.asked.delete(key);
    }
  }
}

function keyOf(dataset: string, params: Readonly<Record<string, JsonValue>>): string {
  return JSON.stringify([dataset, params]);
}

export const previews = new Previews();
