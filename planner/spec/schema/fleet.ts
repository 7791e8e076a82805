import { z } from "zod";
import { commitments } from "../../../catalog/market-price.ts";
import { cloudSchema } from "../../../catalog/schema/instance-type.ts";
import { defaults } from "../defaults.ts";
import { show } from "../show.ts";
import { markets, unavailableListSchema } from "./capacity.ts";
import { choice, dictionary, list, mapping, quantity, text } from "./field.ts";
import { workloadDefaultsSchema, workloadSchema } from "./workload.ts";

const label = {
  noun: "a name of at most 40 lower-case letters, digits and dashes that starts with a letter",
  maxLength: 40,
  pattern: /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
} as const;
const name = (description: string, example: string) => text({ ...label, description, example });
const regionText = (description: string) =>
  text({ noun: "the name of a region", maxLength: 63, pattern: /^[a-z0-9][a-z0-9-]*$/, description, example: "us-east-1" });
const zoneText = text({
  noun: "a zone such as a or us-east-1a",
  maxLength: 63,
  pattern: /^[a-z0-9][a-z0-9-]*$/,
  description: "A zone: its letter or its full name.",
});

const cloudPlace = (
  description: string,
  regions: { readonly description: string; readonly default?: string; readonly example: string },
  zones: { readonly defaultText: string; readonly example: readonly string[] },
) =>
  mapping(
    {
      regions: list(regionText("A region."), {
        noun: "a list of regions",
        description: regions.description,
        ...(regions.default === undefined ? {} : { default: [regions.default] }),
        example: [regions.example],
      }).optional(),
      zones: dictionary(
        z.array(zoneText, { error: (issue) => `expected a list of zones such as [a, b], found ${show(issue.input)}` }).min(1, {
          error: () => "expected at least one zone; leave the region out for its default zones",
        }),
        {
          noun: "a mapping of regions to lists of zones",
          description: "Zones by region: letters or full names.",
          defaultText: zones.defaultText,
          example: { [regions.example]: zones.example },
        },
      ).optional(),
    },
    { noun: `a mapping such as {regions: [${regions.example}]}`, description },
  );
const bought = "Regions in which nodes may be bought.";

const allowDeny = (description: string, what: string, example: string) =>
  mapping(
    {
      allow: list(text({ noun: `the name of ${what}`, description: `Name of ${what}.` }), {
        noun: "a list of names",
        description: "Only these; an empty list allows all.",
        default: [],
        example: [example],
      }).optional(),
      deny: list(text({ noun: `the name of ${what}`, description: `Name of ${what}.` }), {
        noun: "a list of names",
        description: "Never these.",
        default: [],
        example: [example],
      }).optional(),
    },
    { noun: `a mapping such as {deny: [${example}]}`, description },
  );

const quotaSchema = mapping(
  {
    cloud: choice(cloudSchema.options, { description: "Cloud of the quota." }),
    region: regionText("Region of the quota."),
    family: text({
      noun: "an instance family",
      description: "Instance family: the instance id up to its size (p5, g6e, a3-highgpu).",
      example: "p5",
    }),
    market: choice(markets, { description: "Market of the quota.", default: "on-demand" }).optional(),
    gpus: quantity({
      noun: "a whole number of GPUs",
      unit: "GPUs",
      min: 0,
      max: 1_000_000,
      whole: true,
      description: "GPUs that may be in use at once; 0 forbids the family. This or vcpus.",
      example: 16,
    }).optional(),
    vcpus: quantity({
      noun: "a whole number of vCPUs",
      unit: "vCPUs",
      min: 0,
      max: 10_000_000,
      whole: true,
      description:
        "For families without GPUs: vCPUs that may be in use at once; family may then be standard on AWS, which grants most of them together.",
      example: 256,
    }).optional(),
  },
  {
    noun: "a mapping such as {cloud: aws, region: us-east-1, family: p5, market: on-demand, gpus: 16}",
    description: "What a cloud lets you have.",
  },
).refine(({ gpus, vcpus }) => (gpus === undefined) !== (vcpus === undefined), {
  path: ["gpus"],
  error: "expected gpus, for instance types with GPUs, or vcpus, for those without, and not both",
});

const clusterSchema = mapping(
  {
    name: name("Logical name of the cluster, bound to a real one in `Pulumi.<stack>.yaml`.", "prod-use1"),
    cloud: choice(cloudSchema.options, { description: "Cloud of the cluster." }),
    region: regionText("Region of the cluster."),
  },
  { noun: "a mapping such as {name: prod-use1, cloud: aws, region: us-east-1}", description: "A Kubernetes cluster." },
);

const filePath = (description: string, example: string) => text({ noun: "the path of a file", maxLength: 1000, description, example });

export const fleetShape = {
  fleet: name("Name of the fleet; the first part of every name and tag. Required.", "acme-prod"),
  clouds: mapping(
    {
      aws: cloudPlace(
        "Amazon Web Services.",
        { description: bought, default: defaults.regions.aws, example: "us-east-1" },
        { defaultText: "a, b and c", example: ["a", "b", "c"] },
      ).optional(),
      gcp: cloudPlace(
        "Google Cloud.",
        { description: bought, default: defaults.regions.gcp, example: "us-central1" },
        { defaultText: "the zones of the region that sell GPUs", example: ["a", "b", "c", "f"] },
      ).optional(),
      static: cloudPlace(
        "Hardware that is already there.",
        { description: "Names of sites whose offers stand in catalogOverrides.", example: "rack-1" },
        { defaultText: "the site itself", example: ["row-a", "row-b"] },
      ).optional(),
    },
    { noun: "a mapping such as {aws: {regions: [us-east-1]}}", description: "Where nodes may be bought.", defaultText: "aws in us-east-1" },
  ).optional(),
  clusters: list(clusterSchema, {
    noun: "a list of {name, cloud, region}",
    description: "Logical clusters. A region of `clouds` without one gets `<cloud>-<region>`.",
    defaultText: "one for each cloud and region",
  }).optional(),
  markets: list(choice(markets, { description: "A market." }), {
    noun: "a list of markets",
    description:
      "How nodes may be bought. Spot is used only by workloads that ask for it (spot.maxShare); reserved is what one commits to pay for around the clock (commitment).",
    default: defaults.markets,
  }).optional(),
  commitment: choice(commitments, {
    description: "What the market reserved commits to, where catalogOverrides has no reservation of your own.",
    default: defaults.commitment,
  }).optional(),
  gpus: allowDeny("Which GPUs may be used, by catalog id or alias.", "a GPU", "t4").optional(),
  instances: allowDeny("Which instance types may be used, by id or family.", "an instance type or family", "p4d").optional(),
  unavailable: unavailableListSchema.optional(),
  quotas: list(quotaSchema, {
    noun: "a list of {cloud, region, family, market, gpus}",
    description: "Quotas of the accounts.",
    defaultText: "none known",
  }).optional(),
  budget: mapping(
    {
      usdPerMonth: quantity({
        noun: "a number of US dollars per month",
        unit: "US dollars per month of 730 h",
        min: 0,
        max: 1e10,
        description: "Most that the fleet should cost.",
        example: 60_000,
      }),
      mode: choice(["soft", "hard"], {
        description: "soft plans the cheapest fleet and says what would have to be given up; hard refuses the plan.",
        default: defaults.budgetMode,
      }).optional(),
    },
    { noun: "a mapping such as {usdPerMonth: 60000, mode: soft}", description: "Limit on the cost.", defaultText: "null (none)" },
  )
    .nullable()
    .optional(),
  stability: mapping(
    {
      paybackDays: quantity({
        noun: "a number of days",
        unit: "days",
        min: 0.1,
        max: 3650,
        description: "Days in which moving away from the deployed fleet must have earned what it cost.",
        default: defaults.paybackDays,
        example: 90,
      }).optional(),
      usdPerNodeAdded: quantity({
        noun: "a number of US dollars",
        unit: "US dollars",
        min: 0,
        max: 1e6,
        description: "What adding a node costs once.",
        defaultText: "its price while it is provisioned",
        example: 20,
      }).optional(),
      usdPerReplicaStarted: quantity({
        noun: "a number of US dollars",
        unit: "US dollars",
        min: 0,
        max: 1e6,
        description: "What starting a replica elsewhere costs once.",
        defaultText: "its GPUs' part of the node while it starts",
        example: 50,
      }).optional(),
    },
    {
      noun: "a mapping such as {paybackDays: 90, usdPerReplicaStarted: 50}",
      description: "What changing a deployed fleet costs, for plans that start from a lock.",
    },
  ).optional(),
  confidence: quantity({
    noun: "a probability",
    unit: "probability",
    min: 0.5,
    max: 0.999,
    description: "Chance that a workload's SLO holds, given the error bar of the predictions.",
    default: defaults.confidence,
  }).optional(),
  measurements: filePath(
    "File of measured runs that correct the predictions, relative to the spec (docs/measurements.md).",
    "measurements.jsonl",
  ).optional(),
  catalogOverrides: filePath("File with own prices, discounts, instance types, static offers and models.", "catalog.local.yaml").optional(),
  tags: dictionary(z.string({ error: () => "expected text; put numbers and booleans in quotes" }), {
    noun: "a mapping of names to text",
    description: "Tags and labels on everything that can carry them.",
    defaultText: "none",
    example: { owner: "ml-platform" },
  }).optional(),
  defaults: workloadDefaultsSchema.optional(),
  workloads: list(workloadSchema, { noun: "a list of workloads", description: "What is served. Required." }),
} satisfies z.ZodRawShape;

export const fleetSchema = mapping(fleetShape, {
  noun: "a fleet spec",
  description: "A fleet spec: what is served, where, and within which limits.",
});

type RawFields = { [Key in Exclude<keyof typeof fleetShape, "workloads" | "defaults">]?: z.infer<(typeof fleetShape)[Key]> };
/** A fleet as far as it could be read: a field that is missing or was refused is absent. */
export type RawFleet = { readonly [Key in keyof RawFields]: RawFields[Key] | undefined };
