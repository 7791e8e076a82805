import { z } from "zod";
import { provenance } from "./source.ts";

const positive = z.number().positive();
const share = z.number().min(0).max(1);

/** Kinds of text by which published runs tell acceptance apart: those of SPEED-Bench. */
export const textKinds = [
  "coding",
  "humanities",
  "math",
  "multilingual",
  "qa",
  "rag",
  "reasoning",
  "roleplay",
  "stem",
  "summarization",
  "writing",
] as const;
export type TextKind = (typeof textKinds)[number];

/** What a replica and a node need besides GPUs, and how long a replica takes to start. */
export const servingSchema = z.strictObject({
  about: z.string(),
  requestLengths: z
    .strictObject({
      variation: positive.describe("Coefficient of variation of a prompt's and of an answer's length"),
      ...provenance,
    })
    .describe("Assumed where neither a 95th percentile nor kinds of requests are given"),
  draftAcceptance: z
    .strictObject({
      draftModel: share.describe("By a smaller model"),
      ownBlock: share.describe("By the model's own block for multi-token prediction"),
      byText: z
        .strictObject({
          drafted: positive.describe("Tokens drafted in each round"),
          tokensPerRound: z.record(z.enum(textKinds), z.number().min(1)).describe("Mean output tokens of a round, as published"),
          tokensPerRoundOfAll: z.number().min(1).describe("The same over all kinds together"),
          ...provenance,
        })
        .describe("One run over kinds of text: only how they stand to each other is used"),
      ...provenance,
    })
    .describe("Chance that a drafted token is accepted, assumed where the spec names none"),
  network: z
    .strictObject({
      hopMicroseconds: positive.describe("From the GPUs of one node to those of the next, a small message"),
      bandwidthShare: share.describe("Of what the cloud states, reached by large messages"),
      ...provenance,
    })
    .describe("Between the nodes of a replica that spans several: EFA, GPUDirect-TCPX and -TCPXO, RDMA"),
  startup: z
    .strictObject({
      downloadBytesPerSecond: positive.describe("Weights from the hub or a bucket to the node's disk"),
      loadBytesPerSecond: positive.describe("Weights from the node's disk to the GPUs, over all GPUs of a replica"),
      compileSeconds: positive.describe("torch.compile of a cold cache"),
      graphCaptureSeconds: positive,
      processSeconds: positive.describe("Interpreter, imports, CUDA context, worker processes"),
      ...provenance,
    })
    .describe("Expected times; probes and rollout deadlines add their own margin"),
  host: z.strictObject({
    vcpusPerReplica: positive.describe("API server and engine core"),
    vcpusPerGpu: positive.describe("One worker process a GPU"),
    memoryBytesPerReplica: positive,
    memoryBytesPerGpu: positive.describe("Worker process"),
    sharedMemoryBytesPerReplica: positive,
    sharedMemoryBytesPerExtraGpu: positive.describe("Per GPU beyond the first: collectives between worker processes"),
    largestShardBytes: positive.describe("Largest weight file that is in memory while loading"),
    shardFactor: positive,
    ...provenance,
  }),
  cpuReplica: z
    .strictObject({
      vcpus: positive.describe("The least that a server runs with"),
      serverMemoryBytes: positive.describe("Process, tokenizer and buffers beside weights and batches"),
      loadFactor: positive.describe("Memory while loading over the weights' bytes: file and tensors side by side"),
      ...provenance,
    })
    .describe("A replica on a node without GPUs, where weights are in the host's memory"),
  node: z.strictObject({
    daemonVcpus: positive.describe("Taken by network, storage, logging and device plugins on every node"),
    daemonMemoryBytes: positive,
    diskBytes: positive.describe("Image, logs and compile caches, without weights"),
    ...provenance,
  }),
});

export type ServingConstants = z.infer<typeof servingSchema>;
