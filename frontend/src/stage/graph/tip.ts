/** A layer in a few words, for where it is pointed at in the graph. */

import { count } from "../../draw/format";
import type { GraphTip } from "../../draw/graph-tip";
import type { LayerCard } from "../../wire/protocol";
import { shortened } from "../sizes";

/** What it puts out comes first; what it has none of is left out. */
export function tipOf(layer: LayerCard): GraphTip {
  const { path, title, output_shape, parameters, macs, receptive_field } = layer;
  return {
    title: path === title ? title : `${title}, ${path}`,
    facts: [
      output_shape.join("×"),
      ...(parameters > 0 ? [`${count(parameters)} parameters`] : []),
      ...(receptive_field === null ? [] : [`receptive field ${receptive_field} px`]),
      ...(macs > 0 ? [`${shortened(macs)} MACs`] : []),
    ],
  };
}
