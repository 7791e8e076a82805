import { z } from "zod";

/**
 * The shape of a plan as the reports read it from a file: wrong types and missing parts are found here and not half-way through a report.
 * Unknown fields pass: a newer planner may have added some.
 */
const text = z.string();
const amount = z.number();
const money = z.looseObject({ usdPerHour: amount, usdPerMonth: amount });
const breakdown = z.record(text, money);
const finding = z.looseObject({ code: text, path: text, message: text });
const tags = z.record(text, text);

/** What a node has: GPUs, or slots of vCPUs. */
const contents = {
  gpu: text.nullable(),
  gpusPerNode: z.number().int().nonnegative(),
  cpu: z.looseObject({ processor: text, slotVcpus: z.number().positive(), slotsPerNode: z.number().int().positive() }).optional(),
};

const pool = z.looseObject({
  name: text,
  cloud: z.enum(["aws", "gcp", "static"]),
  region: text,
  zones: z.array(text),
  instanceType: text,
  market: z.enum(["on-demand", "spot", "reserved", "static"]),
  nodes: z.number().int().nonnegative(),
  ...contents,
  usdPerNodeHour: amount,
  usdPerHour: amount,
  usdPerMonth: amount,
  price: z.looseObject({ asOf: text, source: text, estimated: z.boolean(), listUsdPerNodeHour: amount.optional() }),
});

const paid = z.looseObject({
  name: text,
  cloud: z.enum(["aws", "gcp", "static"]),
  region: text,
  instanceType: text,
  market: z.enum(["on-demand", "spot", "reserved", "static"]),
  ...contents,
  nodes: z.number().int().nonnegative(),
  idleNodes: z.number().int().nonnegative(),
  usdPerNodeHour: amount,
  usdPerHour: amount,
  usdPerMonth: amount,
  price: z.looseObject({ asOf: text, source: text, estimated: z.boolean() }),
});

const latency = z.looseObject({ p95: amount });

const deployment = z.looseObject({
  name: text,
  pool: text,
  replicas: z.number().int().nonnegative(),
  gpusPerReplica: z.number().int().nonnegative(),
  cpuSlotsPerReplica: z.number().int().positive().optional(),
  precision: text,
  kvCacheDtype: text,
  tensorParallel: amount,
  weights: z.looseObject({ source: text, uri: text.nullable(), revision: text, tokenSecret: text.nullable() }),
  engine: z.looseObject({ name: text, version: text, image: text, args: z.record(text, z.unknown()), maxModelLen: amount }),
  startupSeconds: amount,
  capacityRequestsPerSecondPerReplica: amount,
  predicted: z.looseObject({ ttftMs: latency, tpotMs: latency }),
});

const workload = z.looseObject({
  name: text,
  model: text,
  task: text,
  costCenter: text.nullable(),
  tags,
  demand: z.looseObject({ requestsPerSecond: amount, inputTokens: amount, outputTokens: amount }),
  slo: z.record(text, amount),
  confidence: amount,
  availability: z.looseObject({}),
  spot: z.looseObject({}),
  deployments: z.array(deployment),
});

const budget = z.looseObject({ usdPerMonth: amount, mode: z.enum(["soft", "hard"]), headroomUsdPerMonth: amount });

export const planSchema = z.looseObject({
  schemaVersion: z.literal(1),
  fleet: text,
  inputs: z.looseObject({ specSha256: text, catalogSha256: text, catalogAsOf: text, plannerVersion: text }),
  tags,
  pools: z.array(pool),
  workloads: z.array(workload),
  cost: z.looseObject({
    usdPerHour: amount,
    usdPerMonth: amount,
    byWorkload: breakdown,
    byPool: breakdown,
    byMarket: breakdown,
    byCloud: breakdown,
    byCostCenter: breakdown,
    idleUsdPerHour: amount,
    included: z.array(text),
    excluded: z.array(text),
  }),
  paidNodes: z.array(paid).optional(),
  budget: budget.nullable(),
  optimality: z.looseObject({ status: z.enum(["optimal", "feasible"]), gap: amount }),
  assumptions: z.array(finding),
  warnings: z.array(finding),
  notDeployable: z.array(finding).optional(),
  constraints: z.array(z.looseObject({ path: text, change: text, usdPerMonth: amount })).optional(),
});
