import { stageLayers } from "../memory/weights/weights.ts";
import type { Replica } from "./replica.ts";

/** What the nodes of a replica talk over. */
export interface ReplicaNetwork {
  readonly nodes: number;
  /** In one direction, of one node: what the cloud states, over all its interfaces. */
  readonly bytesPerSecond: number;
}

/** What a pass through the stages of a replica takes longer because they lie on several nodes. */
export interface NetworkHops {
  readonly secondsPerStep: number;
  readonly secondsPerToken: number;
  /** A pipeline moves at the pace of its longest stage: that one's layers over the mean, 1 or more. */
  readonly unevenness: number;
}

const noHops: NetworkHops = { secondsPerStep: 0, secondsPerToken: 0, unevenness: 1 };

/** A stage hands on the hidden state and the residual, 16 bits each, of every token (IntermediateTensors in vLLM's models). */
const bytesPerValue = 4;

/**
 * Each token crosses from node to node, and the sampled one goes back to the first. The GPUs of a tensor-parallel group send a part each,
 * so that all interfaces of a node carry a hop together (vLLM: send_tensor_dict with the group's all-gather).
 */
export function networkHops({ model, layout, network, constants }: Replica): NetworkHops {
  if (network === undefined) return noHops;
  const { hopMicroseconds, bandwidthShare } = constants.network;
  const stages = layout.pipelineParallel;
  const longest = Math.max(...Array.from({ length: stages }, (_, stage) => stageLayers(model.numLayers, stages, stage)));
  return {
    secondsPerStep: network.nodes * hopMicroseconds * 1e-6,
    secondsPerToken: ((network.nodes - 1) * model.hiddenSize * bytesPerValue) / (network.bytesPerSecond * bandwidthShare),
    unevenness: (longest * stages) / model.numLayers,
  };
}
