import type { InstanceType } from "../../catalog/schema/instance-type.ts";

/**
 * Bytes per second that a node sends to another in one direction, where GPUs reach the network directly (EFA, GPUDirect-TCPX and -TCPXO, RDMA);
 * null where they do not, or the rate is not known. Without it every hop of a pipeline goes through the host's memory and its TCP stack.
 */
export const networkOf = ({ gpuDirectNetworking, networkGbps }: InstanceType): number | null =>
  gpuDirectNetworking && networkGbps !== null ? (networkGbps * 1e9) / 8 : null;
