import { z } from "zod";
import { cloudSchema } from "../../../catalog/schema/instance-type.ts";
import { defaults } from "../defaults.ts";
import { show } from "../show.ts";
import { choice, list, mapping, quantity, text } from "./field.ts";

const name = (noun: string, description: string, example: string) => text({ noun, maxLength: 63, description, example });

export const markets = ["on-demand", "spot", "reserved", "static"] as const;

const unavailableSchema = mapping(
  {
    instances: name("an instance type or family", "Instance type or family that cannot be had.", "p5.48xlarge"),
    cloud: choice(cloudSchema.options, { description: "Cloud in which; left out: in all.", example: "aws" }).optional(),
    region: name("the name of a region", "Region in which; left out: in all.", "us-east-1").optional(),
    zones: list(name("a zone such as a or us-east-1a", "A zone.", "a"), {
      noun: "a list of zones",
      description: "Zones in which, letters or full names; left out: in all.",
      example: ["a"],
    }).optional(),
    market: choice(markets, { description: "Market in which; left out: in all.", example: "spot" }).optional(),
  },
  { noun: "a mapping such as {instances: p5, region: us-east-1, zones: [a]}", description: "What cannot be bought, and where." },
);

export const unavailableListSchema = list(unavailableSchema, {
  noun: "a list of {instances, cloud, region, zones, market}",
  description: "Capacity that cannot be had, whatever the price list says.",
  defaultText: "nothing",
});

/** What a workload asks of the nodes it runs on. */
export const placementShape = {
  devices: list(choice(["gpu", "cpu"], { description: "A kind of nodes: with GPUs, or with nothing but processors.", example: "cpu" }), {
    noun: "a list of gpu and cpu",
    description: "Kinds of nodes to choose from: with GPUs, and with nothing but processors, for models that embed, rerank or transcribe.",
    defaultText: "gpu; and cpu where something serves the model there, unless gpus.allow lists what to use or engine.image is set",
    example: ["cpu"],
  }).optional(),
  residency: list(name("the name of a region", "A region.", "eu-west-1"), {
    noun: "a list of regions",
    description: "Regions in which its data may be processed; it is served by clusters there only.",
    defaultText: "any",
    example: ["eu-west-1", "europe-west4"],
  }).optional(),
  maxReplicasPerNode: quantity({
    noun: "a whole number of replicas",
    unit: "replicas",
    min: 1,
    max: 64,
    whole: true,
    description: "Replicas of the workload on one node at most: it then runs on nodes that hold no more of them.",
    defaultText: "null (no limit)",
  })
    .nullable()
    .optional(),
  routing: choice(["even", "weighted"], {
    description:
      "How requests reach its replicas. even: as a Kubernetes Service spreads them, so that all replicas have one layout on one GPU type; weighted: by weight, so that several layouts and GPU types may serve it. Such a fleet is planned and priced, and cannot be deployed yet.",
    default: defaults.routing,
  }).optional(),
  dedicatedNodes: z
    .boolean({ error: (issue) => `expected true or false, found ${show(issue.input)}` })
    .meta({ description: "Its nodes are shared with no other workload. Default: false.", default: false, examples: [true] })
    .optional(),
  hostPerReplica: mapping(
    {
      vcpus: quantity({
        noun: "a number of vCPU",
        unit: "vCPU",
        min: 0.1,
        max: 1024,
        description: "vCPU that a replica needs at least.",
        example: 16,
      }).optional(),
      memoryGiB: quantity({
        noun: "a number of GiB",
        unit: "GiB",
        min: 0.1,
        max: 32_768,
        description: "Host memory that a replica needs at least.",
        example: 128,
      }).optional(),
    },
    {
      noun: "a mapping such as {vcpus: 16, memoryGiB: 128}",
      description: "For replicas that work more on the host than serving does; what serving needs is known.",
    },
  ).optional(),
} satisfies z.ZodRawShape;
