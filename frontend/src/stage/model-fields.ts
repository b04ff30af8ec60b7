/** What the model's schema offers, for controls that have a place of their own on the stage. */

import { paramsOf, pluginOf } from "../state/catalog.svelte";
import { fieldsOf } from "../state/schema";
import type { SessionState } from "../state/session.svelte";

function cardOf({ catalog, experiment }: SessionState) {
  return experiment && pluginOf(catalog, "model", experiment.model.name);
}

/** The words to choose from for a parameter of the model; none where it has no such parameter. */
export function choicesOf(session: SessionState, name: string): readonly string[] {
  const card = cardOf(session);
  const field = card && fieldsOf(card.parameters).find((each) => each.name === name);
  return field?.kind === "choice" ? field.options : [];
}

/** A parameter of the model that is a word, as it is or as it is left out. */
export function paramOf(session: SessionState, name: string): string | null {
  const card = cardOf(session);
  if (!card || session.experiment === null) return null;
  const value = paramsOf(card, session.experiment.model)[name];
  return typeof value === "string" ? value : null;
}
