import type { WeightFormat } from "../../../catalog/schema/engine.ts";
import type { Model } from "../../../catalog/schema/model.ts";
import type { Tensor, TensorRole } from "./tensor.ts";

type Store = NonNullable<Model["quantization"]>["stores"][number];

/** How the weights of one role lie in memory. */
export type Storage = Pick<WeightFormat, "bytesPerWeight" | "scale">;

/** A model published in a quantised layout keeps it; in every other precision the conversion rules of the format hold. */
export function storageOf(model: Model, format: WeightFormat): (tensor: Tensor) => Storage {
  const wide: Storage = { bytesPerWeight: format.otherBytesPerWeight, scale: { per: "none", size: null, bytes: 0 } };
  const stores = publishedStores(model, format);
  if (stores !== null) return ({ role }) => stores.find((store) => isOf(store.roles, role)) ?? wide;
  const keepsAttention = format.wideMlaAttention && model.mla !== null;
  return (tensor) => {
    const { role } = tensor;
    if (!isOf(format.quantizes, role) || (keepsAttention && role === "attention")) return wide;
    const part = isOutputTable(model, tensor) ? "head" : tensor.part;
    const apart = format.parts.find((candidate) => candidate.part === part);
    return apart === undefined ? format : { bytesPerWeight: apart.bytesPerWeight, scale: format.scale };
  };
}

function publishedStores(model: Model, format: WeightFormat): readonly Store[] | null {
  if (model.quantization?.precision === format.precision) return model.quantization.stores;
  return format.published.find((layout) => layout.nativePrecision === model.nativePrecision)?.stores ?? null;
}

/** GGUF stores a tied table once, in the width of the output table. */
const isOutputTable = (model: Model, { role }: Tensor): boolean => role === "head" || (role === "embedding" && model.tieWordEmbeddings);

const isOf = (roles: readonly string[], role: TensorRole): boolean => roles.includes(role);

/** Bytes of all `count` matrices with their scales. */
export function tensorBytes(tensor: Tensor, storage: Storage): number {
  const { rows, columns, count } = tensor;
  if (tensor.float32 === true) return rows * columns * count * 4;
  return rows * columns * count * storage.bytesPerWeight + scaleCount(tensor, storage.scale) * storage.scale.bytes;
}

function scaleCount({ rows, columns, count }: Tensor, { per, size }: Storage["scale"]): number {
  switch (per) {
    case "none":
      return 0;
    case "tensor":
      return count;
    case "row":
      return rows * count;
    case "group":
      return rows * Math.ceil(columns / (size ?? columns)) * count;
    case "block":
      return Math.ceil(rows / (size ?? rows)) * Math.ceil(columns / (size ?? columns)) * count;
  }
}
