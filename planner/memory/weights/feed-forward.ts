import type { Model } from "../../../catalog/schema/model.ts";
import { matrix, type Tensor, vector } from "./tensor.ts";

/** Gate and up projections are one matrix in every engine, so a gated MLP is [2 x width, hidden] and [hidden, width]. */
const isGated = (model: Model): boolean => model.weightLayout.mlpGated !== false;

export function denseTensors(model: Model, width: number): Tensor[] {
  const upRows = (isGated(model) ? 2 : 1) * width;
  const biases = model.weightLayout.mlpBias === true ? [vector(upRows + model.hiddenSize)] : [];
  return [
    matrix("mlp", "split", upRows, model.hiddenSize),
    { ...matrix("mlp", "split", model.hiddenSize, width), part: "down" },
    ...biases,
  ];
}

/** Router, routed experts and shared experts of one layer. */
export function expertTensors(model: Model, moe: NonNullable<Model["moe"]>): Tensor[] {
  const layout = model.weightLayout;
  const inner = moe.latentDim ?? model.hiddenSize;
  const width = moe.expertIntermediateSize;
  const upRows = (isGated(model) ? 2 : 1) * width;
  const router = matrix("other", "replicated", moe.numExperts, model.hiddenSize);
  const tensors: Tensor[] = [
    layout.routerFp32 === true ? { ...router, float32: true } : router,
    matrix("expert", "expert", upRows, inner, moe.numExperts),
    { ...matrix("expert", "expert", inner, width, moe.numExperts), part: "down" },
  ];
  if (layout.routerBias === true) tensors.push(vector(moe.numExperts));
  if (layout.expertBias === true) tensors.push(matrix("other", "expert", upRows + inner, 1, moe.numExperts));
  if (moe.latentDim !== undefined) tensors.push(matrix("mlp", "replicated", moe.latentDim, model.hiddenSize, 2));
  if (moe.sharedExpertIntermediateSize > 0) tensors.push(...denseTensors(model, moe.sharedExpertIntermediateSize));
  if (layout.sharedExpertGate === true) tensors.push(vector(model.hiddenSize));
  if (typeof layout.moeExtraPerLayer === "number") tensors.push(vector(layout.moeExtraPerLayer));
  return tensors;
}
