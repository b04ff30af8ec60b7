// Generated from backend/lantern/protocol by `make gen`. Do not edit.

export const SUBPROTOCOL = "lantern.v1";

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A keyed frame was drawn; the window is 2 frames. */
export interface Ack {
  readonly type: "ack";
  readonly frames?: number;
}

/** Where an array lies in the frame: bytes from the end of the padded header. */
export interface ArrayRef {
  readonly dtype: "u1" | "u2" | "i4" | "f2" | "f4" | "f8";
  readonly shape: readonly number[];
  readonly offset: number;
}

/** Carry out a command. */
export interface Ask {
  readonly type: "ask";
  readonly command: RunCommand | PauseCommand | StepCommand | ResetCommand | PaceCommand | BudgetCommand | EditCommand | ReplaceCommand | SetWeightCommand | PaintCommand | ReinitialiseCommand | SetInputCommand | ClearInputCommand | RewindCommand | SnapshotCommand | WatchCommand | UnwatchCommand | InspectCommand | CancelCommand | ExportCommand | StopCommand;
}

/** One axis of a chart. */
export interface Axis {
  readonly label: string;
  readonly unit: string;
  readonly scale: "linear" | "log";
}

/** One bar for each label. */
export interface BarsFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "bars";
  readonly labels: readonly (string)[];
  /** (labels,) f4. */
  readonly values: ArrayRef;
  readonly low: number;
  readonly high: number;
  /** `%` shows values times 100. */
  readonly unit: string;
  readonly highlight: number | null;
}

/** Layers that belong together, such as a residual block. */
export interface BlockCard {
  readonly path: string;
  readonly title: string;
  /** Places in the model's `layers`; the last one puts out what the block does. */
  readonly layers: readonly (number)[];
  /** How many of them have weights to learn: convolutions and linear layers. */
  readonly weighted: number;
  /** What goes in is added to what comes out, past some of its layers. */
  readonly skips: boolean;
}

/** A box in pixels: left, top, right, bottom. */
export interface Box {
  readonly corners: readonly [number, number, number, number];
  readonly label: string;
  readonly score: number | null;
  readonly class_index: number;
}

/** An image with boxes on it. */
export interface BoxesFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "boxes";
  readonly image: Images;
  readonly boxes: readonly (Box)[];
}

/** Set the share of wall time that watching may take while training runs. */
export interface BudgetCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "budget";
  readonly share?: number;
}

/** A model stands ready: of a new run, or of this run taken back to an earlier step.  Rows and snapshots of this run after `step` are no longer true. */
export interface BuiltEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "built";
  readonly run: number;
  readonly step: number;
  /** As it was at step 0 of the run; the edits come on top. */
  readonly experiment: Experiment;
  readonly edits: readonly (Edit)[];
  readonly model: ModelCard;
  readonly data: DataCard;
  /** Why, in words for the page: `Rebuilt: 3 layers instead of 2`. */
  readonly sentence: string | null;
  /** What the task shows by default. */
  readonly views: readonly (View)[];
}

/** Stop a long inspection or a download by its progress key. */
export interface CancelCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "cancel";
  readonly key: string;
}

/** Everything that can be trained, seen and tried. */
export interface Catalog {
  readonly plugins: readonly (PluginCard)[];
  readonly devices: readonly (string)[];
}

/** A new value for one field of the experiment. */
export interface Change {
  /** Dotted, from the experiment down: `optimizer.params.learning_rate`, `dataset`, `seed`. */
  readonly path: string;
  readonly value: JsonValue;
}

/** Build the shapes of a model alone, and say what does not fit. */
export interface CheckModel {
  readonly type: "check_model";
  readonly model: Part;
  /** It says how many numbers the model puts out. */
  readonly loss: Part;
  readonly kind: "points" | "images";
  /** Of one sample: (2,) for points, (channels, height, width) for images. */
  readonly shape: readonly (number)[];
  /** 0 where there are values to learn. */
  readonly classes: number;
}

/** One layer that fits. */
export interface CheckedLayer {
  /** Module path; the name it was given, or a generated one. */
  readonly name: string;
  /** What it is, such as `conv 3x3, 16 channels`. */
  readonly words: string;
  readonly output_shape: readonly (number)[];
  readonly parameters: number;
  /** Multiply-accumulate operations for one sample. */
  readonly macs: number;
}

/** What a model would be, as far as it fits. */
export interface CheckedModel {
  /** In the order of `model.params.layers`; with a problem, those before the one to blame. */
  readonly layers: readonly (CheckedLayer)[];
  /** The output layer, which every model gets by itself. */
  readonly output: CheckedLayer | null;
  readonly parameters: number;
  readonly macs: number;
  readonly problem: Problem | null;
  /** The same model as a list of layers, every name written out, for the builder. */
  readonly chain: Part | null;
  /** Why it cannot be such a list. */
  readonly no_chain: Problem | null;
}

/** Empty an input slot; views that look at it see the first validation sample again. */
export interface ClearInputCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "clear_input";
  readonly slot: number;
}

/** What became of a command. */
export interface CommandResult {
  readonly command_id: string;
  readonly session: SessionInfo;
  /** What to know where it has not taken effect yet. */
  readonly sentence: string | null;
}

/** Fields of the experiment took new values while it ran. */
export interface Configure {
  readonly type: "configure";
  readonly changes: readonly (Change)[];
}

/** A new session; with edits and a step it reproduces a shared run. */
export interface CreateSession {
  readonly experiment: Experiment;
  readonly edits: readonly (Edit)[];
  /** Train to this step first, then show. */
  readonly start_step: number;
  readonly phase: "running" | "paused";
  /** Hold it to this speed, so that eyes can follow; None: as fast as it goes. */
  readonly pace_steps_per_s: number | null;
}

/** What it learns from. */
export interface DataCard {
  readonly kind: "points" | "images";
  readonly shape: readonly (number)[];
  /** Names by index; empty for regression. */
  readonly classes: readonly (string)[];
  readonly train_count: number;
  readonly validation_count: number;
  /** What there is to know of them besides, such as files that could not be read. */
  readonly note: string;
}

/** A change made to a run at a step boundary: it acts on step `step` + 1 and all later ones. */
export interface Edit {
  /** Steps that were complete when it took effect. */
  readonly step: number;
  readonly action: Configure | SetWeight | Reshape | Reinitialise | Paint;
}

/** Change fields of the experiment; live ones take effect at once, others rebuild the model. */
export interface EditCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "edit";
  readonly changes: readonly (Change)[];
  /** Where the model has to be built anew, go on from this step with the weights that fit. */
  readonly keep?: boolean;
}

/** A live edit took effect. */
export interface EditedEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "edited";
  readonly run: number;
  readonly edit: Edit;
}

/** Everything that a run depends on, besides the edits made while it ran. */
export interface Experiment {
  readonly version: 1;
  readonly title: string;
  readonly dataset: Part;
  readonly model: Part;
  readonly task: Part;
  readonly loss: Part;
  readonly optimizer: Part;
  readonly schedule: Part;
  readonly augmentation: Part;
  readonly training: Training;
  /** Of the initial weights, the data order, dropout and noise. */
  readonly seed: number;
  /** Of the data that are generated and of their split. */
  readonly data_seed: number;
}

/** What is to be explained, and how. */
export interface Explain {
  /** One of the attributions of the catalog, such as `grad_cam`. */
  readonly method: string;
  /** Parameters of the method. */
  readonly params: Readonly<Record<string, JsonValue>>;
  /** The class to explain; None: the predicted one. */
  readonly target: number | null;
  /** The layer whose maps are looked at, for methods that look at one; empty: the last. */
  readonly layer: string;
  /** The input slot to explain, where no input is given. */
  readonly slot: number;
  /** The input itself: a sample of the data, or pixels. */
  readonly input: SampleInput | PixelInput | null;
  /** `live`, or the step of the past whose network is to be explained. */
  readonly at: "live" | number;
}

/** An explanation with its arrays as nested lists. */
export interface Explained {
  /** Method, resolved arguments, class, score and probability, layer, step, seed, warnings. */
  readonly meta: Readonly<Record<string, JsonValue>>;
  /** (c, h, w) raw signed scores, or (1, h', w') for a layer's map; None where not a number. */
  readonly scores: readonly (JsonValue)[];
  /** (c, h, w) from 0 to 1, as the network was given it. */
  readonly inputs: readonly (JsonValue)[];
}

/** Ask for weights and optimizer state as safetensors; the answer is an `exported` event. */
export interface ExportCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "export";
  /** None: as they are now. */
  readonly step?: number | null;
}

/** The answer to an `export` command. Sent as a binary frame. */
export interface ExportedEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "exported";
  readonly command_id: string;
  readonly step: number;
  /** (bytes,) u1: a safetensors file. */
  readonly file: ArrayRef;
}

/** A view was computed. Sent as a binary frame. */
export interface FigureEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "figure";
  readonly key: string;
  readonly run: number;
  readonly step: number;
  readonly figures: readonly (LinesFigure | BarsFigure | HistogramFigure | ScatterFigure | HeatmapFigure | ImagesFigure | NetworkFigure | BoxesFigure | TokensFigure | TableFigure | SurfaceFigure | TextFigure)[];
  /** False for the partial figures of a long inspection. */
  readonly final: boolean;
  readonly compute_ms: number;
  /** Seconds since the epoch, by the worker's clock; a page shows how stale a figure is. */
  readonly made_at: number;
}

/** A new session that goes on from a step of this one. */
export interface ForkSession {
  readonly step: number;
  readonly phase: "running" | "paused";
}

/** Sent every few seconds, so that a browser notices a dead connection. */
export interface HeartbeatEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "heartbeat";
  /** Seconds since the epoch. */
  readonly server_time: number;
}

/** One number per cell. */
export interface HeatmapFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "heatmap";
  /** (rows, columns): u1 stands for `low` + u / 255 (`high` - `low`); i4 and f4 for themselves. */
  readonly values: ArrayRef;
  readonly low: number;
  readonly high: number;
  readonly scale: "signed" | "magnitude" | "pixels" | "counts";
  /** Interpolate when enlarged; decision maps yes, pixels no. */
  readonly smooth: boolean;
  readonly x: Axis;
  readonly y: Axis;
  readonly x_labels: readonly (string)[];
  readonly y_labels: readonly (string)[];
  /** x0, x1, y0, y1 of the outer edges; row 0 lies at y1 (the top). */
  readonly extent: readonly [number, number, number, number] | null;
  /** Drawn over the map. */
  readonly points: ScatterFigure | null;
  /** (rows, columns) u1: the class of each cell, whose colour is as strong as `values` say. */
  readonly labels: ArrayRef | null;
  /** Their names, where there are `labels`. */
  readonly classes: readonly (string)[];
}

/** One or more histograms, drawn as small multiples on their own ranges. */
export interface HistogramFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "histogram";
  readonly x: Axis;
  readonly series: readonly (HistogramSeries)[];
}

/** Counts between edges. */
export interface HistogramSeries {
  readonly label: string;
  /** (bins + 1,) f4. */
  readonly edges: ArrayRef;
  /** (bins,) f4. */
  readonly counts: ArrayRef;
}

/** What of the past is kept, and what was changed when. */
export interface History {
  readonly run: number;
  readonly snapshots: readonly (SnapshotInfo)[];
  readonly edits: readonly (Edit)[];
}

/** All snapshots that are kept, oldest first. */
export interface HistoryEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "history";
  readonly run: number;
  readonly snapshots: readonly (SnapshotInfo)[];
}

/** A stack of small images, each with its own range. */
export interface Images {
  /** (n, channels, height, width) u1; 1 channel or 3; u stands for low + u / 255 (high - low). */
  readonly values: ArrayRef;
  /** (n,) f4. */
  readonly low: ArrayRef;
  /** (n,) f4. */
  readonly high: ArrayRef;
  readonly scale: "signed" | "magnitude" | "pixels" | "counts";
  readonly smooth: boolean;
}

/** Small pictures side by side. */
export interface ImagesFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "images";
  readonly images: Images;
  readonly labels: readonly (string)[];
  readonly columns: number | null;
  /** Drawn below each image (an input under its attribution), one each or one for all. */
  readonly underlay: Images | null;
  /** Which sample of the data each image is, where they are some; `split` in the facts. */
  readonly samples: readonly (number)[];
}

/** What lies in the input slots. */
export interface InputsEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "inputs";
  readonly slots: Readonly<Record<string, SampleInput | PixelInput>>;
}

/** Compute a view once; the answer is an `inspected` event with this command's id. */
export interface InspectCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "inspect";
  readonly view: View;
}

/** Figures with their arrays as nested lists. */
export interface Inspected {
  readonly step: number;
  readonly figures: readonly (Readonly<Record<string, JsonValue>>)[];
}

/** The answer to an `inspect` command. Sent as a binary frame. */
export interface InspectedEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "inspected";
  readonly command_id: string;
  readonly run: number;
  readonly step: number;
  readonly figures: readonly (LinesFigure | BarsFigure | HistogramFigure | ScatterFigure | HeatmapFigure | ImagesFigure | NetworkFigure | BoxesFigure | TokensFigure | TableFigure | SurfaceFigure | TextFigure)[];
  readonly compute_ms: number;
}

/** The answer to a job. Sent as a binary frame. */
export interface JobDone {
  readonly type: "job_done";
  readonly id: string;
  readonly figures: readonly (LinesFigure | BarsFigure | HistogramFigure | ScatterFigure | HeatmapFigure | ImagesFigure | NetworkFigure | BoxesFigure | TokensFigure | TableFigure | SurfaceFigure | TextFigure)[];
  /** What a model that was checked would be. */
  readonly checked: CheckedModel | null;
  readonly problem: Problem | null;
}

/** One layer of the model: a use of a module, or of a function between modules. */
export interface LayerCard {
  /** Module path; the same for every use of a module. `block1.add` for a function there. */
  readonly path: string;
  readonly title: string;
  /** `feature`, `linear`, `conv`, `pool`, `activation`, `norm`, `output`, `add`, `concat`, `multiply`, `join` (branches meet otherwise) or `other`. */
  readonly kind: string;
  readonly output_shape: readonly (number)[];
  readonly parameters: number;
  /** Multiply-accumulate operations for one sample. */
  readonly macs: number;
  /** In input pixels, along one side. */
  readonly receptive_field: number | null;
  /** Places in the model's `layers` whose output it takes; -1 is what goes into the model. */
  readonly inputs: readonly (number)[];
  /** Path of the block it belongs to. */
  readonly block: string;
  /** Class of the module, or name of the function. */
  readonly operation: string;
  /** Counts the uses of the same module, from 0; only the first counts its parameters. */
  readonly call: number;
  readonly is_module: boolean;
  readonly window: WindowCard | null;
}

/** A lesson with its prose and the views it opens. */
export interface Lesson {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly group: string;
  readonly order: number;
  readonly experiment: Experiment | null;
  /** Steps to train before its picture is taken. */
  readonly preview_steps: number;
  readonly preview_view: View | null;
  /** The speed that its experiment is opened at; None: as fast as it goes. */
  readonly pace_steps_per_s: number | null;
  /** Markdown. */
  readonly body: string;
  readonly views: readonly (View)[];
  /** The tab of inspectors that stands open at first. */
  readonly tab: string;
  /** Names of controls that are not shown while the lesson is on, such as `noise`. */
  readonly hide: readonly (string)[];
}

/** A lesson as shown in the gallery. */
export interface LessonCard {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly group: string;
  readonly order: number;
  readonly experiment: Experiment | null;
  /** Steps to train before its picture is taken. */
  readonly preview_steps: number;
  readonly preview_view: View | null;
  /** The speed that its experiment is opened at; None: as fast as it goes. */
  readonly pace_steps_per_s: number | null;
}

/** Curves over a common x axis. */
export interface LinesFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "lines";
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly (Series)[];
  readonly marks: readonly (Mark)[];
}

/** A vertical mark at a place on the x axis, such as an edit. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

/** A grid of the plane after it went through a map: what was a square is now bent. */
export interface Mesh {
  /** (rows, columns, 2) f4 in the figure's own coordinates. */
  readonly points: ArrayRef;
  /** (rows, columns) f4 from -1 to 1: what the network says there, as a signed colour. */
  readonly values: ArrayRef;
  /** (rows, columns) u1: the class of each crossing, whose colour is as strong as `values` say. */
  readonly labels: ArrayRef | null;
}

/** All rows of a run, by column. */
export interface MetricColumns {
  /** (rows,) f8. */
  readonly steps: ArrayRef;
  /** (rows,) f8. */
  readonly epochs: ArrayRef;
  /** (rows,) f4 each; NaN where a row has no such value. */
  readonly columns: Readonly<Record<string, ArrayRef>>;
}

/** All rows of a run, by column; None where a row has no such value. */
export interface Metrics {
  readonly run: number;
  readonly steps: readonly (number)[];
  readonly epochs: readonly (number)[];
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

/** New rows of the run's metrics, oldest first; a row for a step already known adds to it. */
export interface MetricsEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "metrics";
  readonly run: number;
  readonly rows: readonly (Row)[];
}

/** What was built. */
export interface ModelCard {
  /** In the order in which they are run, so that each comes after those it takes from. */
  readonly layers: readonly (LayerCard)[];
  readonly blocks: readonly (BlockCard)[];
  readonly parameters: number;
  readonly macs: number;
  readonly device: string;
}

/** The network itself, with what every layer shows. */
export interface NetworkFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "network";
  readonly layers: readonly (NetworkLayer)[];
  readonly links: readonly (NetworkLink)[];
  /** Of the plane the maps cover, for networks in the plane. */
  readonly extent: readonly [number, number, number, number] | null;
}

/** One column of a network: what a layer puts out for the input that is looked at. */
export interface NetworkLayer {
  /** Module path; `input` for what goes in. */
  readonly path: string;
  readonly title: string;
  /** `input`, `feature`, `linear`, `conv`, `pool`, `activation`, `norm`, `output`, `other`, or `block` for several layers. */
  readonly kind: string;
  /** Of the output for one sample: (units,) or (channels, height, width). */
  readonly shape: readonly (number)[];
  /** How many units or channels there are in all. */
  readonly units: number;
  /** Which of them `maps` and `values` hold; empty for all. */
  readonly shown: readonly (number)[];
  /** Of the units, where they have some: features, classes. */
  readonly names: readonly (string)[];
  readonly maps: Images | null;
  /** (units,) f4: one number per unit, where it has no map. */
  readonly values: ArrayRef | null;
  readonly parameters: number;
  /** Path of the block that it is, or belongs to. */
  readonly block: string;
  /** It is a block that can be opened to its layers. */
  readonly opens: boolean;
}

/** The weights between two layers; a link without weights is drawn as a ribbon. */
export interface NetworkLink {
  readonly source: number;
  readonly target: number;
  /** It goes past layers: drawn as an arc. */
  readonly skip: boolean;
  /** (units of target, units of source) f4. */
  readonly weight: ArrayRef | null;
  /** (units of target,) f4. */
  readonly bias: ArrayRef | null;
  /** Name in the state dict, for editing it. */
  readonly weight_name: string | null;
  readonly bias_name: string | null;
}

/** Hold the session to a speed. */
export interface PaceCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "pace";
  /** None: as fast as it goes. */
  readonly steps_per_s?: number | null;
}

/** Points of the `own` data set were added, moved or taken away. */
export interface Paint {
  readonly type: "paint";
  /** Indices into `dataset.params.points` as they were before. */
  readonly remove: readonly (number)[];
  /** They take the places of the removed ones, from the first on, then come at the end. Places that are left are filled with the last points, so that hardly any point changes its place (its split goes by that). A moved point is one removed and one added. */
  readonly add: readonly (readonly [number, number, number])[];
}

/** Add, move or take away points while it trains; the data set becomes `own` if it is not.  The indices in `remove` are those of the data as they stand: training points, then validation. */
export interface PaintCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "paint";
  readonly remove?: readonly (number)[];
  readonly add?: readonly (readonly [number, number, number])[];
}

/** One plugin by name, with its parameters (those left out take their defaults). */
export interface Part {
  readonly name: string;
  readonly params: Readonly<Record<string, JsonValue>>;
}

/** Stop before the next stage. */
export interface PauseCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "pause";
}

/** Pictures by class in the data folder, for the data set `folder`. */
export interface PictureSetCard {
  /** Relative to the data folder, as the data set's `path` takes it. */
  readonly path: string;
  readonly title: string;
  readonly classes: number;
  readonly pictures: number;
  /** Files that are no pictures, lie in no class, or could not be read when they came. */
  readonly left_out: number;
  /** It has folders for training and validation. */
  readonly is_divided: boolean;
  /** It came over the page, and may be deleted from there. */
  readonly is_upload: boolean;
  /** Why files were left out when it came. */
  readonly note: string;
}

/** An input drawn, uploaded or taken by camera. */
export interface PixelInput {
  readonly type: "pixels";
  /** (height, width) or (channels, height, width). */
  readonly shape: readonly (number)[];
  /** Bytes 0-255 in that order, base64. */
  readonly data: string;
}

/** One plugin as others see it. */
export interface PluginCard {
  readonly kind: "dataset" | "model" | "task" | "loss" | "optimizer" | "schedule" | "augmentation" | "inspector" | "attribution" | "attack" | "demo";
  readonly name: string;
  readonly title: string;
  /** The first sentence of its docstring. */
  readonly summary: string;
  /** The whole docstring: what it does, and the paper it comes from. */
  readonly help: string;
  /** `points`, `images`, `long`, `needs-conv`, ...: what goes with what. */
  readonly tags: readonly (string)[];
  /** JSON schema of its parameters, with `x-live`, `x-scale`, `x-unit`, `x-widget` hints. */
  readonly parameters: Readonly<Record<string, JsonValue>>;
}

/** A refusal or failure that a person can act on; the body of an RFC 9457 problem document. */
export interface Problem {
  /** One sentence in plain words. */
  readonly sentence: string;
  /** Dotted path of the field to blame, such as `optimizer.params.learning_rate`. */
  readonly field: string | null;
  /** What to do about it. */
  readonly hint: string | null;
  readonly step: number | null;
  readonly layer: string | null;
  /** A step from which the session can go on. */
  readonly rewind_to: number | null;
}

/** Something that a person should know: NaN, out of memory, a full disk. */
export interface ProblemEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "problem";
  readonly problem: Problem;
}

/** How far a long piece of work is. */
export interface ProgressEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "progress";
  /** A view's key, or `install` for a download. */
  readonly key: string;
  /** 0-1; 1 ends it. */
  readonly fraction: number;
  readonly sentence: string;
}

/** A message was not understood or not allowed; the connection goes on. */
export interface RefusedEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "refused";
  readonly problem: Problem;
}

/** The weights and biases of one layer were drawn anew. */
export interface Reinitialise {
  readonly type: "reinitialise";
  /** Its path, such as `hidden1`. */
  readonly layer: string;
}

/** Draw the weights and biases of one layer anew. */
export interface ReinitialiseCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "reinitialise";
  readonly layer: string;
}

/** Run another experiment in this session. */
export interface ReplaceCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "replace";
  readonly experiment: Experiment;
}

/** A command was carried out or refused. */
export interface ReplyEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "reply";
  readonly command_id: string;
  readonly problem: Problem | null;
  /** Where the run stood then, which telemetry tells only now and then. */
  readonly step: number | null;
}

/** Start again from step 0 with the experiment as it stands. */
export interface ResetCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "reset";
}

/** Fields that call for a new model took new values, and the weights that still fit were kept.  Parameters are matched by name and kept where old and new shape overlap (columns behind the features by the name of the feature); all others are drawn anew. The optimizer starts afresh. */
export interface Reshape {
  readonly type: "reshape";
  readonly changes: readonly (Change)[];
}

/** Go back to a step of the past and go on from there; what came after it is forgotten. */
export interface RewindCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "rewind";
  readonly step: number;
}

/** What was measured at one step. */
export interface Row {
  readonly step: number;
  readonly epoch: number;
  /** `train_loss` is the mean since the row before; `validation_loss` and others are of now. */
  readonly values: Readonly<Record<string, number>>;
}

/** Train on, until paused or for a number of steps. */
export interface RunCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "run";
  readonly steps?: number | null;
}

/** Parameters of a demo. */
export interface RunDemo {
  readonly params: Readonly<Record<string, JsonValue>>;
}

/** An input picked from the data. */
export interface SampleInput {
  readonly type: "sample";
  readonly split: "train" | "validation";
  readonly index: number;
}

/** Points in the plane or in space. */
export interface ScatterFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "scatter";
  readonly x: Axis;
  readonly y: Axis;
  /** (n, 2) or (n, 3) f4. */
  readonly points: ArrayRef;
  /** (n,) u1: the class of each point. */
  readonly labels: ArrayRef;
  /** (n,) u1: 1 where the point belongs to the validation set. */
  readonly held_out: ArrayRef | null;
  readonly classes: readonly (string)[];
  /** x0, x1, y0, y1; the points' own range when None. */
  readonly extent: readonly [number, number, number, number] | null;
  /** (n, channels, height, width) u1. */
  readonly thumbnails: ArrayRef | null;
  /** (n,) f4: the target of each point, for regression; coloured from `value_range`. */
  readonly values: ArrayRef | null;
  readonly value_range: readonly [number, number] | null;
  /** Drawn below the points. */
  readonly mesh: Mesh | null;
}

/** One line of a lines figure. */
export interface Series {
  readonly label: string;
  readonly x: ArrayRef;
  readonly y: ArrayRef;
  readonly role: "train" | "validation" | "other";
}

/** One session, as listed. */
export interface SessionInfo {
  readonly id: string;
  readonly title: string;
  readonly created_at: string;
  readonly phase: "building" | "installing" | "paused" | "running" | "failed" | "sleeping";
  readonly run: number;
  readonly step: number;
  readonly epoch: number;
  /** As it stands now. */
  readonly experiment: Experiment;
  /** As it was at step 0 of the run. */
  readonly base: Experiment;
  readonly edits: readonly (Edit)[];
  readonly viewers: number;
  /** The newest value of each. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly problem: Problem | null;
  /** Why it paused by itself, such as `Paused: 200 epochs are complete.` */
  readonly sentence: string | null;
  /** A step worth going back to, where it paused by itself. */
  readonly mark: number | null;
}

/** Put an input into a slot, for every view that looks at that slot. */
export interface SetInputCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "set_input";
  readonly slot?: number;
  readonly input: SampleInput | PixelInput;
}

/** One number inside a parameter was set by hand. */
export interface SetWeight {
  readonly type: "set_weight";
  /** Its name in the state dict, such as `hidden1.weight`. */
  readonly parameter: string;
  readonly index: readonly (number)[];
  readonly value: number;
}

/** Set one number inside a parameter. */
export interface SetWeightCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "set_weight";
  readonly parameter: string;
  readonly index: readonly (number)[];
  readonly value: number;
}

/** What lies in the input slots; slot 0 shows the first validation sample until it is set. */
export interface SlotInputs {
  readonly slots: Readonly<Record<string, SampleInput | PixelInput>>;
}

/** Write a snapshot now. */
export interface SnapshotCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "snapshot";
}

/** First on every connection: everything known about the session. Sent as a binary frame. */
export interface SnapshotEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "snapshot";
  readonly session: string;
  readonly created_at: string;
  readonly server_version: string;
  /** What this viewer may do: `admin`, `lecturer`, `student` or `viewer`. */
  readonly role: string;
  readonly incarnation: number;
  /** Events up to this one are contained in the snapshot. */
  readonly have_seq: number;
  readonly state: StateEvent;
  readonly experiment: Experiment;
  readonly edits: readonly (Edit)[];
  /** The newest `built`, `telemetry`, `history` and `inputs`, where there are some. */
  readonly events: readonly (StateEvent | TelemetryEvent | MetricsEvent | BuiltEvent | EditedEvent | HistoryEvent | InputsEvent | FigureEvent | ProgressEvent | ViewProblemEvent | ProblemEvent | ReplyEvent | InspectedEvent | ExportedEvent)[];
  readonly metrics: MetricColumns;
  readonly viewers: number;
  readonly worker: "connected" | "lost" | "none";
}

/** A state of the past that is kept. */
export interface SnapshotInfo {
  readonly step: number;
  readonly size_bytes: number;
}

/** The session changed its phase. */
export interface StateEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "state";
  /** Counts the times the model was built anew; steps start at 0 in each. */
  readonly run: number;
  readonly phase: "building" | "installing" | "paused" | "running" | "failed" | "sleeping";
  readonly step: number;
  /** A step worth going back to, such as the best one when early stopping paused the run. */
  readonly mark: number | null;
  /** Why the phase changed by itself, such as `Paused: 200 epochs are complete.` */
  readonly sentence: string | null;
  /** The last stage done of an unfinished step, while paused inside it. */
  readonly stage: "forward" | "loss" | "backward" | "update" | null;
  readonly problem: Problem | null;
}

/** Go on by a stage (forward, loss, backward, update), a batch, or to the end of the epoch. */
export interface StepCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "step";
  readonly unit?: "stage" | "batch" | "epoch";
}

/** Write a snapshot and end the worker. */
export interface StopCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "stop";
}

/** Heights over a plane, with a path on it. */
export interface SurfaceFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "surface";
  /** (rows, columns) f4; row 0 lies at y0; NaN where not yet computed. */
  readonly heights: ArrayRef;
  readonly extent: readonly [number, number, number, number];
  readonly x: Axis;
  readonly y: Axis;
  readonly z: Axis;
  /** (n, 2) f4 in the plane. */
  readonly path: ArrayRef | null;
  /** Several paths in the plane, each with a name, such as one for each optimizer. */
  readonly paths: readonly (Series)[];
}

/** Rows and columns of text and numbers. */
export interface TableFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "table";
  readonly columns: readonly (string)[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** How it goes, a few times a second. */
export interface TelemetryEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "telemetry";
  readonly run: number;
  readonly step: number;
  readonly epoch: number;
  readonly stage: "forward" | "loss" | "backward" | "update" | null;
  readonly steps_per_s: number;
  /** Of the wall time while running, 0-1. */
  readonly watching_share: number;
  readonly budget_share: number;
  readonly pace_steps_per_s: number | null;
  /** What does the steps: PyTorch's own path or the fused kernel. */
  readonly engine: "eager" | "fused";
}

/** Plain text: a summary, a piece of code. */
export interface TextFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "text";
  readonly text: string;
  readonly language: string;
}

/** Words or letters, each with a number behind it. */
export interface TokensFigure {
  readonly title: string;
  /** A short line under the title, such as `predicted 3, 99.9 %`. */
  readonly caption: string;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What a reader must know before trusting it. */
  readonly warnings: readonly (string)[];
  readonly type: "tokens";
  readonly tokens: readonly (string)[];
  /** (tokens,) f4. */
  readonly values: ArrayRef;
  readonly low: number;
  readonly high: number;
  readonly scale: "signed" | "magnitude" | "pixels" | "counts";
}

/** What every training loop has, whatever the task. */
export interface Training {
  /** Samples per step of the optimizer. */
  readonly batch_size: number;
  /** Rate of the L1 penalty, the sum of |w| over all weights (biases excluded). */
  readonly l1: number;
  /** Rate of the L2 penalty, half the sum of w squared over all weights (biases excluded). */
  readonly l2: number;
  /** Where to train; auto takes the GPU only for models that are worth the way there. */
  readonly device: "auto" | "cpu" | "cuda";
  /** CPU threads; another number of threads may give another last digit. */
  readonly threads: number;
  /** auto takes the fused kernel for small networks it supports; eager is PyTorch's own path. */
  readonly engine: "auto" | "eager";
  /** Layers (`hidden1`) and single units (`hidden1:3`) whose weights and bias stay as they are. */
  readonly frozen: readonly (string)[];
  /** Pause when so many epochs are complete; 0 never does. */
  readonly stop_epochs: number;
  /** Pause when the validation loss is this small; 0 never does. */
  readonly stop_loss: number;
  /** Pause when the validation loss was not lower for so many epochs; 0 never does. */
  readonly patience: number;
}

/** I no longer look at it. */
export interface Unwatch {
  readonly type: "unwatch";
  readonly ref: string;
}

/** Nobody looks at the view any more. */
export interface UnwatchCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "unwatch";
  readonly key: string;
}

/** What somebody wants to see of a session. */
export interface View {
  readonly inspector: string;
  readonly params: Readonly<Record<string, JsonValue>>;
  /** `live`, or the step of the past that is to be shown exactly. */
  readonly at: "live" | number;
}

/** A view could not be computed; training is not touched by it. */
export interface ViewProblemEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "view_problem";
  readonly key: string;
  readonly problem: Problem;
}

/** How many browsers look at this session. */
export interface ViewersEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "viewers";
  readonly count: number;
}

/** Show me this view from now on. */
export interface Watch {
  readonly type: "watch";
  /** The browser's own name for it. */
  readonly ref: string;
  readonly view: View;
  /** Compute it again, also where it is known or was stopped. */
  readonly anew?: boolean;
}

/** Keep a view up to date. Sent by web when the first viewer opens it. */
export interface WatchCommand {
  /** Chosen by the sender, else by web; a command whose id was seen before takes effect once. */
  readonly id?: string;
  readonly type: "watch";
  readonly key: string;
  readonly view: View;
  readonly max_rate_hz?: number;
}

/** The answer to `watch`: figures of this view carry this key. */
export interface WatchingEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "watching";
  readonly ref: string;
  readonly key: string | null;
  readonly problem: Problem | null;
}

/** The window that a convolution or pooling moves over its input: (height, width) in cells. */
export interface WindowCard {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** Whether web hears the worker. */
export interface WorkerLinkEvent {
  /** Counts the events without a key, from 1 in each incarnation, so that a gap shows. */
  readonly seq: number;
  readonly type: "worker_link";
  readonly status: "connected" | "lost" | "none";
  readonly sentence: string;
}

export type Figure = LinesFigure | BarsFigure | HistogramFigure | ScatterFigure | HeatmapFigure | ImagesFigure | NetworkFigure | BoxesFigure | TokensFigure | TableFigure | SurfaceFigure | TextFigure;

export type LiveEvent = SnapshotEvent | WatchingEvent | ViewersEvent | WorkerLinkEvent | HeartbeatEvent | RefusedEvent | StateEvent | TelemetryEvent | MetricsEvent | BuiltEvent | EditedEvent | HistoryEvent | InputsEvent | FigureEvent | ProgressEvent | ViewProblemEvent | ProblemEvent | ReplyEvent | InspectedEvent | ExportedEvent;

export type Command = RunCommand | PauseCommand | StepCommand | ResetCommand | PaceCommand | BudgetCommand | EditCommand | ReplaceCommand | SetWeightCommand | PaintCommand | ReinitialiseCommand | SetInputCommand | ClearInputCommand | RewindCommand | SnapshotCommand | WatchCommand | UnwatchCommand | InspectCommand | CancelCommand | ExportCommand | StopCommand;

export type ViewerMessage = Ack | Watch | Unwatch | Ask;

export const EXPERIMENT_SCHEMA: Readonly<Record<string, JsonValue>> = {
  "type": "object",
  "properties": {
    "title": {
      "default": "",
      "maxLength": 120,
      "title": "Title",
      "type": "string"
    },
    "seed": {
      "default": 0,
      "description": "Of the initial weights, the data order, dropout and noise.",
      "exclusiveMaximum": 2147483648,
      "minimum": 0,
      "title": "Seed",
      "type": "integer"
    },
    "data_seed": {
      "default": 0,
      "description": "Of the data that are generated and of their split.",
      "exclusiveMaximum": 2147483648,
      "minimum": 0,
      "title": "Data Seed",
      "type": "integer"
    }
  }
};

export const TRAINING_SCHEMA: Readonly<Record<string, JsonValue>> = {
  "type": "object",
  "properties": {
    "batch_size": {
      "default": 16,
      "description": "Samples per step of the optimizer.",
      "maximum": 4096,
      "minimum": 1,
      "title": "Batch Size",
      "type": "integer",
      "x-live": true,
      "x-scale": "log"
    },
    "l1": {
      "default": 0.0,
      "description": "Rate of the L1 penalty, the sum of |w| over all weights (biases excluded).",
      "maximum": 10,
      "minimum": 0,
      "title": "L1",
      "type": "number",
      "x-live": true,
      "x-scale": "log"
    },
    "l2": {
      "default": 0.0,
      "description": "Rate of the L2 penalty, half the sum of w squared over all weights (biases excluded).",
      "maximum": 10,
      "minimum": 0,
      "title": "L2",
      "type": "number",
      "x-live": true,
      "x-scale": "log"
    },
    "device": {
      "default": "auto",
      "description": "Where to train; auto takes the GPU only for models that are worth the way there.",
      "enum": [
        "auto",
        "cpu",
        "cuda"
      ],
      "title": "Device",
      "type": "string"
    },
    "threads": {
      "default": 1,
      "description": "CPU threads; another number of threads may give another last digit.",
      "maximum": 64,
      "minimum": 1,
      "title": "Threads",
      "type": "integer"
    },
    "engine": {
      "default": "auto",
      "description": "auto takes the fused kernel for small networks it supports; eager is PyTorch's own path.",
      "enum": [
        "auto",
        "eager"
      ],
      "title": "Engine",
      "type": "string"
    },
    "frozen": {
      "default": [],
      "description": "Layers (`hidden1`) and single units (`hidden1:3`) whose weights and bias stay as they are.",
      "items": {
        "maxLength": 120,
        "pattern": "^[A-Za-z0-9_.]+(:[0-9]+)?$",
        "type": "string"
      },
      "maxItems": 200,
      "title": "Frozen",
      "type": "array",
      "x-live": true,
      "x-scale": "linear"
    },
    "stop_epochs": {
      "default": 0,
      "description": "Pause when so many epochs are complete; 0 never does.",
      "maximum": 1000000,
      "minimum": 0,
      "title": "Stop Epochs",
      "type": "integer",
      "x-live": true,
      "x-scale": "log"
    },
    "stop_loss": {
      "default": 0.0,
      "description": "Pause when the validation loss is this small; 0 never does.",
      "maximum": 10,
      "minimum": 0,
      "title": "Stop Loss",
      "type": "number",
      "x-live": true,
      "x-scale": "log"
    },
    "patience": {
      "default": 0,
      "description": "Pause when the validation loss was not lower for so many epochs; 0 never does.",
      "maximum": 100000,
      "minimum": 0,
      "title": "Patience",
      "type": "integer",
      "x-live": true,
      "x-scale": "log"
    }
  }
};
