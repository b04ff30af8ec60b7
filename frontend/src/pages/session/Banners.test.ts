import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SessionState } from "../../state/session.svelte";
import type { Connection } from "../../wire/connection";
import { FrameData } from "../../wire/frame";
import { problemOf } from "../../wire/problem";
import type { ViewerMessage } from "../../wire/protocol";
import { Actions } from "./actions.svelte";
import Banners from "./Banners.svelte";

describe("Banners", () => {
  let sent: ViewerMessage[];
  let session: SessionState;

  beforeEach(() => {
    sent = [];
    const connection = { send: (message: ViewerMessage) => sent.push(message) > 0 };
    const catalog = { plugins: [], devices: [] };
    session = new SessionState("s", catalog, () => connection as unknown as Connection);
    render(Banners, { session, actions: new Actions(session) });
  });
  afterEach(cleanup);

  it("offers the way out of a loss that is not a number", async () => {
    const problem = problemOf("The loss is not a number at step 812, first in hidden1.", {
      hint: "Lower the learning rate.",
      rewind_to: 800,
    });
    session.received({ type: "problem", seq: 1, problem }, FrameData.empty);
    expect((await screen.findByRole("alert")).textContent).toContain("step 812");
    await fireEvent.click(screen.getByRole("button", { name: "Rewind to step 800" }));
    expect(sent).toMatchObject([{ type: "ask", command: { type: "rewind", step: 800 } }]);
  });

  it("says why it stopped by itself and leads back to the best step", async () => {
    const state = { type: "state" as const, seq: 1, run: 1, stage: null, problem: null };
    const sentence = "Paused: the test loss was not lower for 20 epochs.";
    session.received(
      { ...state, phase: "paused", step: 900, mark: 700, sentence },
      FrameData.empty,
    );
    expect((await screen.findByRole("status")).textContent).toContain(sentence);
    await fireEvent.click(screen.getByRole("button", { name: "Rewind to best, step 700" }));
    expect(sent).toMatchObject([{ type: "ask", command: { type: "rewind", step: 700 } }]);
    session.received(
      { ...state, phase: "running", step: 900, mark: null, sentence: null },
      FrameData.empty,
    );
    await vi.waitFor(() => expect(screen.queryByText(sentence)).toBeNull());
  });

  it("says how old the page is while the link is down", async () => {
    session.changed("lost", "");
    expect((await screen.findByRole("status")).textContent).toContain("The connection is lost.");
  });

  it("shows long work and lets it be cancelled", async () => {
    const told = { type: "progress" as const, seq: 0, key: "install", sentence: "MNIST" };
    session.received({ ...told, fraction: 0.4 }, FrameData.empty);
    await fireEvent.click(await screen.findByRole("button", { name: "Cancel" }));
    expect(sent).toMatchObject([{ type: "ask", command: { type: "cancel", key: "install" } }]);
    session.received({ ...told, fraction: 1 }, FrameData.empty);
    expect(session.progress.size).toBe(0);
  });

  it("offers a reload where the page is of another version", async () => {
    session.changed("refused", "This page is of another version than the server. Reload it.");
    expect(await screen.findByRole("button", { name: "Reload" })).toBeTruthy();
  });
});
