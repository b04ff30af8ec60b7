import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";

import { problemOf, ProblemError } from "../wire/problem";
import SchemaForm from "./SchemaForm.svelte";

const schema = {
  type: "object",
  properties: {
    noise: {
      type: "number",
      minimum: 0,
      maximum: 0.5,
      default: 0.1,
      title: "Noise",
      description: "How far points stray.",
    },
    activation: { type: "string", enum: ["tanh", "relu"], default: "tanh", title: "Activation" },
  },
};

describe("SchemaForm", () => {
  afterEach(cleanup);
  const show = (commit: (name: string, value: unknown) => Promise<void>) =>
    render(SchemaForm, { schema, values: { noise: 0.2 }, commit });

  it("draws a control for each parameter, described by its help", () => {
    show(() => Promise.resolve());
    const slider = screen.getByRole("slider", { name: "Noise" });
    expect(slider).toHaveProperty("value", "400");
    const help = document.getElementById(slider.getAttribute("aria-describedby") ?? "");
    expect(help?.textContent).toContain("How far points stray.");
    expect(screen.getByRole("combobox", { name: "Activation" })).toHaveProperty("value", "tanh");
  });

  it("commits what was chosen", async () => {
    const commit = vi.fn(() => Promise.resolve());
    show(commit);
    await fireEvent.change(screen.getByRole("combobox"), { target: { value: "relu" } });
    expect(commit).toHaveBeenCalledWith("activation", "relu");
  });

  it("refuses a bad value beside the field, without asking the server", async () => {
    const commit = vi.fn(() => Promise.resolve());
    show(commit);
    await fireEvent.change(screen.getByRole("textbox"), { target: { value: "0.9" } });
    expect(screen.getByRole("alert").textContent).toBe("At most 0.5.");
    expect(commit).not.toHaveBeenCalled();
  });

  it("forgets the reason after a while, since the field went back to what is valid", async () => {
    vi.useFakeTimers();
    show(() => Promise.resolve());
    const number = screen.getByRole("textbox");
    await fireEvent.change(number, { target: { value: "abc" } });
    expect(number).toHaveProperty("value", "0.2");
    expect(number.getAttribute("aria-invalid")).toBe("true");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(screen.queryByRole("alert")).toBeNull();
    expect(number.getAttribute("aria-invalid")).toBe("false");
    vi.useRealTimers();
  });

  it("offers the numbers that a parameter can be, and commits them as numbers", async () => {
    const commit = vi.fn(() => Promise.resolve());
    const depth = { type: "integer", enum: [18, 34, 50], default: 18, title: "Depth" };
    const depths = { type: "object", properties: { depth } };
    render(SchemaForm, { schema: depths, values: { depth: 34 }, commit });
    const select = screen.getByRole("combobox", { name: "Depth" });
    expect(select).toHaveProperty("value", "34");
    await fireEvent.change(select, { target: { value: "50" } });
    expect(commit).toHaveBeenCalledWith("depth", 50);
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("shows the server's reason beside the field", async () => {
    show(() => Promise.reject(new ProblemError(problemOf("It does not fit."))));
    await fireEvent.change(screen.getByRole("combobox"), { target: { value: "relu" } });
    expect((await screen.findByRole("alert")).textContent).toBe("It does not fit.");
  });
});
