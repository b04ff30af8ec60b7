/** A session as this browser knows it: what it is told, what it asks, and where it looks. */

import { SvelteMap } from "svelte/reactivity";

import { Connection, liveUrl, type LinkStatus } from "../wire/connection";
import type { FrameData } from "../wire/frame";
import type {
  BuiltEvent,
  Catalog,
  Change,
  Command,
  DataCard,
  Edit,
  EditedEvent,
  Experiment,
  JsonValue,
  LiveEvent,
  ModelCard,
  PixelInput,
  Problem,
  ProgressEvent,
  SampleInput,
  SnapshotEvent,
  SnapshotInfo,
  StateEvent,
  TelemetryEvent,
  View,
} from "../wire/protocol";
import { Asking } from "./asking";
import { takesSlot } from "./catalog.svelte";
import { EditQueue } from "./edits";
import { withEdits } from "./experiment";
import { Freshness } from "./freshness.svelte";
import { MetricTable } from "./metrics.svelte";
import { notices } from "./notices.svelte";
import { Pins } from "./pins.svelte";
import { Subscriptions } from "./subscriptions";
import type { FigureFrame, WatchedView, WatchHandle } from "./watch.svelte";

export type Phase = StateEvent["phase"];
export type Stage = NonNullable<StateEvent["stage"]>;
export type InputRef = SampleInput | PixelInput;

/** One unit of a layer, by the layer's module path. */
export interface Neuron {
  readonly layer: string;
  readonly unit: number;
}

export class SessionState {
  /** As it stands now, with the edits made. */
  experiment = $state.raw<Experiment | null>(null);
  /** As it was at step 0 of the run. */
  base = $state.raw<Experiment | null>(null);
  edits = $state.raw<readonly Edit[]>([]);
  phase = $state<Phase>("building");
  run = $state(0);
  step = $state(0);
  epoch = $state(0);
  /** The last stage done of an unfinished step, while paused inside it. */
  stage = $state<Stage | null>(null);
  telemetry = $state.raw<TelemetryEvent | null>(null);
  model = $state.raw<ModelCard | null>(null);
  data = $state.raw<DataCard | null>(null);
  /** What the task shows by default. */
  views = $state.raw<readonly View[]>([]);
  /** Snapshots that are kept, oldest first. */
  history = $state.raw<readonly SnapshotInfo[]>([]);
  /** What lies in the input slots. */
  inputs = $state.raw<Readonly<Record<string, InputRef>>>({});
  readonly metrics = new MetricTable();
  viewers = $state(0);
  role = $state("");
  /** Whether web hears the worker. */
  worker = $state<SnapshotEvent["worker"]>("connected");
  workerSentence = $state("");
  link = $state<LinkStatus>("connecting");
  linkSentence = $state("");
  /** When the last word came, in ms since the epoch, while the link is down; else null. */
  staleSince = $state<number | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** A step worth going back to, such as the best one when early stopping paused the run. */
  mark = $state<number | null>(null);
  /** Why the phase changed by itself. */
  sentence = $state<string | null>(null);
  /** Long work by its key, besides that of the views watched here: downloads, replays. */
  readonly progress = new SvelteMap<string, ProgressEvent>();

  /** What is pointed at, shared by all views of this page. */
  selectedNeuron = $state.raw<Neuron | null>(null);
  pinnedNeuron = $state.raw<Neuron | null>(null);
  selectedLayer = $state<string | null>(null);
  targetClass = $state<number | null>(null);
  /** The tab of inspectors that stands open. */
  tab = $state("");

  /** Whether changes of the architecture, made on the stage, keep the weights that fit. */
  keepsWeights = $state(false);

  /** Which figures are of the network that is there now. */
  readonly freshness = new Freshness();

  /** Views in the right column, besides those of the task. */
  readonly pins: Pins;

  private looking = $state<View["at"]>("live");
  private lastHeard = Date.now();
  private chosenSlot = $state(0);
  private readonly subscriptions = new Subscriptions(
    (message) => this.connection.send(message),
    (inspector) => takesSlot(this.catalog, inspector),
    (key) => void this.cancel(key),
  );
  private readonly asking = new Asking((message) => this.connection.send(message));
  private readonly editing = new EditQueue((changes, keep) =>
    this.ask({ type: "edit", changes, ...(keep ? { keep } : {}) }),
  );
  private readonly connection: Connection;

  constructor(
    readonly id: string,
    readonly catalog: Catalog,
    connect: typeof connectTo = connectTo,
  ) {
    this.pins = new Pins(id);
    this.connection = connect(id, this);
  }

  /** Where every view looks that does not say otherwise: `live`, or a step of the past. */
  get at(): View["at"] {
    return this.looking;
  }

  set at(at: View["at"]) {
    if (at === this.looking) return;
    this.looking = at;
    this.subscriptions.lookAt(at);
  }

  /**
   * The input slot that this viewer looks at: every view that takes an input and does not say
   * which follows it. What lies in the slots belongs to the session, and so to everybody.
   */
  get slot(): number {
    return this.chosenSlot;
  }

  set slot(slot: number) {
    if (slot === this.chosenSlot) return;
    this.chosenSlot = slot;
    this.subscriptions.lookInto(slot);
  }

  /** The step that is being looked at. */
  get shownStep(): number {
    return this.looking === "live" ? this.step : this.looking;
  }

  /** Look at a view from now on; close the handle when done (or use `useView`). */
  watch(view: WatchedView, anew = false): WatchHandle {
    return this.subscriptions.watch(view, anew);
  }

  /** Have a command carried out; rejects with a ProblemError where it is refused. */
  ask(command: Command): Promise<void> {
    return this.asking.ask(command);
  }

  /** Compute a view once. */
  inspect(view: WatchedView): Promise<FigureFrame> {
    return this.asking.inspect(this.subscriptions.resolved(view));
  }

  /** Give a field of the experiment a new value; while one is on its way, only the newest waits. */
  edit(path: string, value: JsonValue): Promise<void> {
    return this.editing.edit(path, value);
  }

  /** Make several changes in one edit; `keep` goes on with the weights that fit the new model. */
  change(changes: readonly Change[], { keep = false } = {}): Promise<void> {
    return this.editing.change(changes, keep);
  }

  /** Open the tab of inspectors that a lesson names, unless one was chosen already. */
  suggestTab(tab: string): void {
    if (this.tab === "") this.tab = tab;
  }

  /** Set one number inside a parameter. */
  setWeight(parameter: string, index: readonly number[], value: number): Promise<void> {
    return this.ask({ type: "set_weight", parameter, index, value });
  }

  /** Put an input into a slot, for every view that looks at that slot. */
  setInput(slot: number, input: InputRef): Promise<void> {
    return this.ask({ type: "set_input", slot, input });
  }

  /** Put an input where this viewer looks. */
  show(input: InputRef): Promise<void> {
    return this.setInput(this.slot, input);
  }

  /** Empty an input slot. */
  clearInput(slot: number): Promise<void> {
    return this.ask({ type: "clear_input", slot });
  }

  /** Stop a long inspection or a download. */
  cancel(key: string): Promise<void> {
    return this.ask({ type: "cancel", key });
  }

  close(): void {
    this.connection.close();
  }

  changed(status: LinkStatus, sentence: string): void {
    if (status === "lost" && this.staleSince === null) this.staleSince = this.lastHeard;
    // A new attempt is no news while the page is stale: the banner stays until data come.
    if (status === "connecting" && this.staleSince !== null) return;
    this.link = status;
    this.linkSentence = sentence;
  }

  received(event: LiveEvent, data: FrameData): void {
    this.lastHeard = Date.now();
    switch (event.type) {
      case "snapshot":
        return this.start(event, data);
      case "state":
        return this.enter(event);
      case "telemetry":
        return this.tell(event);
      case "metrics":
        return event.run === this.run ? this.metrics.add(event.rows) : undefined;
      case "built":
        return this.build(event);
      case "edited":
        return this.apply(event);
      case "history":
        this.history = event.snapshots;
        return;
      case "inputs":
        this.inputs = event.slots;
        // Somebody may have taken down what is looked at here.
        if (!(this.slot in event.slots)) this.slot = 0;
        return;
      case "figure":
        return this.subscriptions.figure(event, data);
      case "progress":
        return this.advance(event);
      case "view_problem":
        return this.subscriptions.refused(event);
      case "problem":
        this.problem = event.problem;
        return;
      case "refused":
        notices.tell(event.problem.sentence);
        return;
      case "reply":
        return this.asking.reply(event);
      case "inspected":
        return this.asking.inspected(event, data);
      case "exported":
        return;
      case "watching":
        return this.subscriptions.watching(event);
      case "viewers":
        this.viewers = event.count;
        return;
      case "worker_link":
        this.worker = event.status;
        this.workerSentence = event.sentence;
        return;
      case "heartbeat":
        return;
      default:
        return event satisfies never;
    }
  }

  /** Everything anew: what was known before a reconnect may no longer be true. */
  private start(snapshot: SnapshotEvent, data: FrameData): void {
    this.staleSince = null;
    this.link = "open";
    this.run = snapshot.state.run;
    this.experiment = snapshot.experiment;
    this.base = snapshot.experiment;
    this.edits = snapshot.edits;
    this.viewers = snapshot.viewers;
    this.role = snapshot.role;
    this.worker = snapshot.worker;
    this.workerSentence = "";
    this.problem = null;
    this.progress.clear();
    const built = snapshot.events.find((event) => event.type === "built");
    if (built?.type === "built") this.base = built.experiment;
    for (const event of snapshot.events) {
      if (event.type === "built") this.know(event);
      else this.received(event, data);
    }
    this.metrics.replace(snapshot.metrics, data);
    this.enter(snapshot.state);
    // The newest row may be younger than what was last told of the state.
    this.step = Math.max(this.step, this.metrics.steps.at(-1) ?? 0);
    this.epoch = this.telemetry?.epoch ?? this.metrics.epochAt(this.step);
    this.subscriptions.renew();
    this.asking.repeat();
  }

  private enter(state: StateEvent): void {
    this.phase = state.phase;
    this.run = state.run;
    this.freshness.enter(state.run);
    this.step = state.step;
    this.stage = state.stage;
    this.problem = state.problem;
    this.mark = state.mark;
    this.sentence = state.sentence;
  }

  private tell(telemetry: TelemetryEvent): void {
    if (telemetry.run !== this.run && this.run !== 0) return;
    this.telemetry = telemetry;
    this.step = telemetry.step;
    this.epoch = telemetry.epoch;
    this.stage = telemetry.stage;
  }

  private build(event: BuiltEvent): void {
    const anew = event.run !== this.run;
    this.run = event.run;
    this.step = event.step;
    this.base = event.experiment;
    this.edits = event.edits;
    this.experiment = withEdits(event.experiment, event.edits);
    if (anew) {
      this.metrics.clear();
      this.history = [];
    } else {
      this.metrics.truncate(event.step);
      this.history = this.history.filter(({ step }) => step <= event.step);
    }
    this.know(event);
    this.epoch = this.metrics.epochAt(event.step);
    this.at = "live";
    if (event.sentence !== null) notices.tell(event.sentence);
  }

  private know(event: BuiltEvent): void {
    this.model = event.model;
    this.data = event.data;
    this.views = event.views;
    this.freshness.know(event.run, event.model, event.data);
    const paths = new Set(event.model.layers.map(({ path }) => path));
    if (this.selectedLayer !== null && !paths.has(this.selectedLayer)) this.selectedLayer = null;
  }

  private apply({ run, edit }: EditedEvent): void {
    if (run !== this.run || this.experiment === null) return;
    this.edits = [...this.edits, edit];
    this.experiment = withEdits(this.experiment, [edit]);
  }

  private advance(event: ProgressEvent): void {
    if (this.subscriptions.has(event.key)) this.subscriptions.progress(event);
    else if (event.fraction < 1) this.progress.set(event.key, event);
    else this.progress.delete(event.key);
  }
}

function connectTo(id: string, session: SessionState): Connection {
  return new Connection(liveUrl(id), session);
}
