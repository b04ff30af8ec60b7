import { cleanup, render, screen, within } from "@testing-library/svelte";
import { afterEach, expect, it } from "vitest";

import { complete } from "../../state/experiment";
import { SessionState } from "../../state/session.svelte";
import type { Connection } from "../../wire/connection";
import CompareView from "./CompareView.svelte";

afterEach(cleanup);

function session(id: string, title: string): SessionState {
  const connection = { send: () => true } as unknown as Connection;
  const made = new SessionState(id, { plugins: [], devices: [] }, () => connection);
  made.experiment = complete({ title, dataset: { name: "digits" }, model: { name: "lenet5" } });
  return made;
}

it("says which of two sessions is A and which is B, and whose curve is whose", () => {
  render(CompareView, { pair: [session("1", "Mine"), session("2", "Fork at 9 of Mine")] });
  const key = within(screen.getByRole("list", { name: "Key to the charts" }));
  const said = key.getAllByRole("listitem").map((item) => item.textContent?.replace(/\s+/g, " "));
  expect(said.map((words) => words?.trim())).toEqual(["A Mine", "B Fork at 9 of Mine"]);
  const words = "Training loss over steps. A, Mine: unknown; B, Fork at 9 of Mine: unknown.";
  expect(screen.getByRole("img", { name: words })).toBeTruthy();
});
