/** How a form writes into the experiment of a session. */

import { pluginOf, pluginsOf } from "../../state/catalog.svelte";
import type { PartKind } from "../../state/experiment";
import type { SessionState } from "../../state/session.svelte";
import type { Commit } from "../../ui/Field.svelte";
import type { Catalog, Part, PluginCard } from "../../wire/protocol";

/** Return what carries a parameter of a part out. */
export function intoPart(session: SessionState, kind: PartKind): Commit {
  return (name, value) => session.edit(`${kind}.params.${name}`, value);
}

/** Return what carries a field of `training` out. */
export function intoTraining(session: SessionState): Commit {
  return (name, value) => session.edit(`training.${name}`, value);
}

/** Return what carries a field of the experiment itself out. */
export function intoExperiment(session: SessionState): Commit {
  return (name, value) => session.edit(name, value);
}

/** Return the new part for another plugin: parameters that both have keep their values. */
export function partFor(card: PluginCard, before: Part): Part {
  const properties = card.parameters["properties"];
  const known = typeof properties === "object" && properties !== null ? properties : {};
  const kept = Object.entries(before.params).filter(([name]) => name in known);
  return { name: card.name, params: Object.fromEntries(kept) };
}

/** Choose another plugin for a part of the experiment. */
export function choosePlugin(session: SessionState, kind: PartKind, name: string): Promise<void> {
  const card = pluginOf(session.catalog, kind, name);
  const before = session.experiment?.[kind];
  if (card === null || before === undefined) return Promise.resolve();
  const part = partFor(card, before);
  return session.edit(kind, { name: part.name, params: part.params });
}

/** Return the plugins of a kind as options of a select. */
export function optionsOf(catalog: Catalog, kind: PartKind) {
  return pluginsOf(catalog, kind).map(({ name, title }) => ({ value: name, label: title }));
}
