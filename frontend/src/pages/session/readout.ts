/** The line of numbers in the top bar. */

import { count, percent } from "../../draw/format";
import type { SessionState } from "../../state/session.svelte";

export interface ReadoutPart {
  readonly name: string;
  readonly text: string;
}

/** Return what the top bar says of a session: step, epoch, speed, cost of watching. */
export function readout(session: SessionState): ReadoutPart[] {
  const { telemetry, stage } = session;
  const parts = [
    { name: "step", text: `step ${count(session.step)}${stage ? ` + ${stage}` : ""}` },
    { name: "epoch", text: `epoch ${epochs(session.epoch)}` },
  ];
  if (telemetry === null || session.phase !== "running") return parts;
  return [
    ...parts,
    { name: "speed", text: `${speed(telemetry.steps_per_s)} steps/s` },
    ...(telemetry.engine === "fused" ? [{ name: "engine", text: "fused kernel" }] : []),
    { name: "watching", text: `watching costs ${percent(telemetry.watching_share)}` },
  ];
}

export function paceLabel(steps_per_s: number | null): string {
  return steps_per_s === null ? "max" : `${count(steps_per_s)}/s`;
}

function epochs(value: number): string {
  return value >= 1000 ? count(Math.floor(value)) : value.toFixed(2);
}

function speed(value: number): string {
  if (value >= 1e5) return `${count(value / 1e3)} k`;
  return value >= 100 ? count(value) : value.toPrecision(3);
}
