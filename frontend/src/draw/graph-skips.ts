/** Which connections of a layer graph skip something: identities and shortcuts, not mere branches. */

import type { GraphNode } from "./graph-layout";
import type { Chain } from "./graph-slots";

const JOINS = ["add", "concat"];
const WEIGHTED = ["conv", "linear", "output"];

/**
 * What is added past the layers that change it, or carried along past them into a concatenation.
 * A shortcut that only fits the shape, with one convolution against several, is one as well.
 * Branches of a concatenation that each compute something are not.
 */
export function skipsOf(nodes: readonly GraphNode[], chains: readonly Chain[]): ReadonlySet<Chain> {
  const uses = usesOf(nodes);
  const above = new Map<number, ReadonlySet<number>>();
  const skips = new Set<Chain>();
  for (const chain of chains) {
    const { source, target, long } = chain;
    const node = nodes[target];
    if (!long || node === undefined || !JOINS.includes(node.kind ?? "")) continue;
    const known = above.get(target) ?? aboveInputs(nodes, node.inputs);
    above.set(target, known);
    if (known.has(source) || (node.kind === "add" && isShortcut(nodes, source, uses)))
      skips.add(chain);
  }
  return skips;
}

/** How many nodes take what each puts out. */
function usesOf(nodes: readonly GraphNode[]): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  for (const { inputs } of nodes) for (const at of inputs) uses.set(at, (uses.get(at) ?? 0) + 1);
  return uses;
}

/** Every node from which one of the inputs is reached through others; -1 is the model's input. */
function aboveInputs(nodes: readonly GraphNode[], inputs: readonly number[]): ReadonlySet<number> {
  const found = new Set<number>();
  const open = inputs.flatMap((at) => nodes[at]?.inputs ?? []);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    open.push(...(nodes[at]?.inputs ?? []));
  }
  return found;
}

/** Whether there is at most one layer with weights between here and the fork behind it. */
function isShortcut(
  nodes: readonly GraphNode[],
  source: number,
  uses: ReadonlyMap<number, number>,
): boolean {
  let weighted = 0;
  for (let at = source; at >= 0;) {
    const { inputs, kind } = nodes[at] ?? { inputs: [] };
    weighted += Number(WEIGHTED.includes(kind ?? ""));
    const [from, other] = inputs;
    if (weighted > 1 || from === undefined || other !== undefined) return false;
    if ((uses.get(from) ?? 0) > 1) return true;
    at = from;
  }
  return false;
}
