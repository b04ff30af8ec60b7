/** What deletion and insertion curves are asked of, and their areas in the legend. */

import type { Figure, JsonValue, PluginCard } from "../../../wire/protocol";
import { isLayered, type Column } from "./columns";

/** More curves than this cannot be told apart; the inspector takes no more. */
export const MOST_METHODS = 8;

interface Wish {
  readonly methods: readonly string[];
  readonly method_params: Readonly<Record<string, JsonValue>>;
  readonly layer?: string;
}

/** The methods of the columns, each once, with the arguments of its first column. */
export function wishOf(columns: readonly Column[], cards: readonly PluginCard[]): Wish {
  const known = columns.filter(({ method }) => cards.some(({ name }) => name === method));
  const first = known.filter(
    ({ method }, at) => known.findIndex((other) => other.method === method) === at,
  );
  const compared = first.slice(0, MOST_METHODS);
  const layer = compared.find(({ method, layer: chosen }) => {
    const card = cards.find(({ name }) => name === method);
    return chosen !== "" && card !== undefined && isLayered(card);
  })?.layer;
  const given = compared.filter(({ params }) => Object.keys(params).length > 0);
  return {
    methods: compared.map(({ method }) => method),
    method_params: Object.fromEntries(given.map(({ method, params }) => [method, { ...params }])),
    ...(layer === undefined ? {} : { layer }),
  };
}

/** The curves with the area under each in its name, as the table says it. */
export function withAreas(figures: readonly Figure[]): readonly Figure[] {
  const table = figures.find(({ type }) => type === "table");
  if (table?.type !== "table") return figures;
  return figures.map((figure) => {
    if (figure.type !== "lines") return figure;
    const at = table.columns.indexOf(figure.title.toLowerCase());
    const areaOf = (name: string): JsonValue | undefined =>
      table.rows.find(([first]) => first === name)?.[at];
    return {
      ...figure,
      series: figure.series.map((series) => {
        const area = areaOf(series.label);
        return typeof area === "number"
          ? { ...series, label: `${series.label} ${area.toFixed(2)}` }
          : series;
      }),
    };
  });
}
