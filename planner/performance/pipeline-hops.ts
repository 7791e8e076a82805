import { stageLayers } from "../memory/weights/weights.ts";
import type { Rates } from "./rates.ts";
import type { Replica } from "./replica.ts";

/** What the nodes of a replica talk over. */
export interface ReplicaNetwork {
  readonly nodes: number;
  /** In one direction, of one node: what the cloud states, over all its interfaces. */
  readonly bytesPerSecond: number;
}

/** What a pass through the stages of a pipeline takes longer than its layers. */
export interface PipelineHops {
  readonly secondsPerStep: number;
  readonly secondsPerToken: number;
  /** A pipeline moves at the pace of its longest stage: that one's layers over the mean, 1 or more. */
  readonly unevenness: number;
}

const noHops: PipelineHops = { secondsPerStep: 0, secondsPerToken: 0, unevenness: 1 };

/** A stage hands on the hidden state and the residual, 16 bits each, of every token (IntermediateTensors in vLLM's models). */
const bytesPerValue = 4;

/**
 * Each token crosses from stage to stage, and the sampled one goes back to the first. The GPUs of a tensor-parallel group send a part each,
 * so that all links of a stage, and all interfaces of a node, carry a hop together (vLLM: send_tensor_dict with the group's all-gather). A hop
 * inside a node is taken to start as late as a collective between two GPUs does.
 */
export function pipelineHops(
  { model, layout, network, constants }: Replica,
  { linkLatencySeconds, linkBytesPerSecond }: Pick<Rates, "linkLatencySeconds" | "linkBytesPerSecond">,
): PipelineHops {
  const stages = layout.pipelineParallel;
  if (stages === 1) return noHops;
  const { hopMicroseconds, bandwidthShare } = constants.network;
  const longest = Math.max(...Array.from({ length: stages }, (_, stage) => stageLayers(model.numLayers, stages, stage)));
  const nodes = network?.nodes ?? 1;
  const inside = stages - nodes;
  const tokenBytes = model.hiddenSize * bytesPerValue;
  // The way back is a hop between nodes where there are several, and one inside the node where there is one.
  const backInside = network === undefined ? 1 : 0;
  const between = network === undefined ? 0 : network.nodes * hopMicroseconds * 1e-6;
  const acrossNodes = network === undefined ? 0 : ((nodes - 1) * tokenBytes) / (network.bytesPerSecond * bandwidthShare);
  return {
    secondsPerStep: between + (inside + backInside) * linkLatencySeconds,
    secondsPerToken: acrossNodes + (inside * tokenBytes) / (layout.tensorParallel * linkBytesPerSecond),
    unevenness: (longest * stages) / model.numLayers,
  };
}
