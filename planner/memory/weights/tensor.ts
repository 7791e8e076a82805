/** What a weight matrix is for; formats quantise by role. `other` is never quantised: norms, biases, routers, vision towers. */
export type TensorRole = "attention" | "mlp" | "expert" | "embedding" | "head" | "other";

/**
 * How tensor parallelism t divides it. `split`: by t. `kv`: by t up to the number of KV heads, then replicated. `vocabulary`: padded to 64
 * rows, then by t. `expert`: by t, or by whole experts under expert parallelism. `replicated`: every GPU holds it all.
 */
export type Sharding = "split" | "kv" | "vocabulary" | "expert" | "replicated";

/** `value`: of attention; `output`: back from attention; `down`: back from a feed-forward layer. */
export type TensorPart = "value" | "output" | "down";

/** `count` equal matrices of one layer, `rows` output by `columns` input features. A vector has one column. */
export interface Tensor {
  readonly role: TensorRole;
  readonly sharding: Sharding;
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  /** With `kv` sharding: the heads that can be divided. */
  readonly kvHeads?: number;
  /** The projections that GGUF mixtures store apart. */
  readonly part?: TensorPart;
  /** Kept in 32 bits whatever the format. */
  readonly float32?: boolean;
}

/** Layers that hold the same tensors. */
export interface LayerGroup {
  readonly layers: number;
  readonly tensors: readonly Tensor[];
}

/** Every weight of a model, by where pipeline parallelism puts it. */
export interface ModelTensors {
  /** On the first stage: input table, position tables, vision tower. */
  readonly first: readonly Tensor[];
  readonly groups: readonly LayerGroup[];
  /** On the last stage: final norm and output head. */
  readonly last: readonly Tensor[];
  /** The output head is the input table: a last stage that is not the first holds a copy. */
  readonly tiedHead: Tensor | null;
}

export const matrix = (role: TensorRole, sharding: Sharding, rows: number, columns: number, count = 1): Tensor => ({
  role,
  sharding,
  rows,
  columns,
  count,
});

/** A vector that every GPU holds: a norm, a bias, a scale. */
export const vector = (length: number): Tensor => matrix("other", "replicated", length, 1);

export const tensorParameters = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, tensor) => sum + tensor.rows * tensor.columns * tensor.count, 0);

export const modelParameters = (model: ModelTensors): number =>
  tensorParameters(model.first) +
  tensorParameters(model.last) +
  model.groups.reduce((sum, group) => sum + group.layers * tensorParameters(group.tensors), 0);
