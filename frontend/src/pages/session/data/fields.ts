/** The fields of a data set in the plane as sliders: shares in per cent, batches up to all data. */

import { fieldsOf, type Field, type NumberField } from "../../../state/schema";
import { TRAINING_SCHEMA, type PluginCard } from "../../../wire/protocol";

/** Steps that a slider takes; a number that is typed may be finer. */
const STEPS: Readonly<Record<string, number>> = { noise: 0.05, train_share: 0.05 };
const LARGEST_USUAL_BATCH = 30;

/** Return the fields of a data set, without what the plot and the picker are there for. */
export function datasetFields(card: PluginCard): Field[] {
  const own = card.name === "own";
  return fieldsOf(card.parameters)
    .filter(({ name }) => !own || name === "train_share")
    .map((field) => {
      const step = STEPS[field.name];
      if (field.kind !== "number" || step === undefined) return field;
      return { ...field, unit: "%", step };
    });
}

/** Return the field of the batch size: to 30 as in the classic, and up to all that is trained on. */
export function batchField(trainCount: number, batchSize: number): NumberField | null {
  const field = fieldsOf(TRAINING_SCHEMA).find(({ name }) => name === "batch_size");
  if (field?.kind !== "number") return null;
  const full = Math.max(LARGEST_USUAL_BATCH, trainCount, batchSize);
  return { ...field, high: Math.min(field.high, full) };
}
