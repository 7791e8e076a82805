import { asked, type Break, deployments, first, poolOf, some, spotPool, workload } from "./break.ts";

export const demand: readonly Break[] = [
  ["a workload without replicas", /capacity 0 is below the demand/, (plan) => workload(plan, "code").deployments.splice(0)],
  [
    "replicas too weak for the demand",
    /chat: the capacity .* is below the demand 30/,
    (plan) =>
      deployments(plan, "chat").forEach((one) => {
        one.capacityRequestsPerSecondPerReplica = 3;
      }),
  ],
  [
    "a load that does not add up",
    /plans 1 requests\/s for one of/,
    (plan) => Object.assign(first(plan, "code"), { plannedRequestsPerSecondPerReplica: 1 }),
  ],
  [
    "a load above the capacity",
    /plans more than its capacity/,
    (plan) => Object.assign(first(plan, "rag"), { plannedRequestsPerSecondPerReplica: 50 }),
  ],
  [
    "deployments of an idle workload",
    /quiet has deployments without demand/,
    (plan) => workload(plan, "quiet").deployments.push(first(plan, "rag")),
  ],
  [
    "calls that nobody answers",
    /tool: 9 requests\/s are not what its callers make/,
    (_, spec) => Object.assign(asked(spec, "code").demand, { requestsPerSecond: 8 }),
  ],
  [
    "work that is not done in time",
    /nightly: .* do not finish the day's work in time/,
    (_, spec) => Object.assign(asked(spec, "nightly").demand, { requestsPerSecond: 2 }),
  ],
  ["a workload left out", /other workloads than the spec/, (plan) => plan.workloads.pop()],
  ["another SLO than asked for", /code: the plan has another slo/, (plan) => Object.assign(workload(plan, "code").slo, { tpotP95Ms: 500 })],
  [
    "another demand than asked for",
    /chat: the plan has another demand/,
    (plan) => Object.assign(workload(plan, "chat").demand, { requestsPerSecond: 3 }),
  ],
  ["another engine", /another engine than asked for/, (plan) => Object.assign(first(plan, "chat").engine, { version: "0.1.0" })],
  ["weights from elsewhere", /other weights than asked for/, (plan) => Object.assign(first(plan, "chat").weights, { revision: "evil" })],
];

export const losses: readonly Break[] = [
  [
    "a zone too many replicas lie in",
    /chat: after the loss of a zone/,
    (_, spec) => Object.assign(asked(spec, "chat").availability, { degradedShare: 1 }),
  ],
  [
    "a node too many replicas lie on",
    /code: after the loss of a node/,
    (_, spec) => Object.assign(asked(spec, "code").availability, { degradedShare: 1 }),
  ],
  [
    "one replica less than needed",
    /rag: after the loss of a replica/,
    (plan) =>
      deployments(plan, "rag").forEach((one) => {
        one.capacityRequestsPerSecondPerReplica = 3.01 / deployments(plan, "rag").reduce((sum, { replicas }) => sum + replicas, 0);
      }),
  ],
  [
    "a pool that could be in any zone",
    /chat-\S+ must survive a zone and its pool is not bound to one/,
    (plan) => Object.assign(poolOf(plan, "chat"), { zones: ["us-east-1a", "us-east-1b"] }),
  ],
  [
    "too much on spot",
    /digest: \d of \d replicas are on spot, more than the share 0.4/,
    (_, spec) => Object.assign(asked(spec, "digest").spot, { maxShare: 0.4 }),
  ],
  [
    "too many in one spot pool",
    /digest: it survives with 0.99\d*, less than 0.9999999/,
    (_, spec) => Object.assign(asked(spec, "digest").spot, { minSurvival: 0.9999999 }),
  ],
  [
    "another survival than the model's",
    /digest: it says another survival than/,
    (plan) => Object.assign(some(workload(plan, "digest").spotRisk), { survival: 0.5 }),
  ],
  [
    "spot in any zone",
    /is spot and not bound to one zone/,
    (plan) => Object.assign(spotPool(plan), { zones: ["us-east-1a", "us-east-1b"] }),
  ],
  ["a zone of nowhere", /has a zone that the spec lacks/, (plan) => Object.assign(poolOf(plan, "code"), { zones: ["us-east-1z"] })],
  [
    "replicas told for another zone",
    /has other zones than its pool/,
    (plan) => Object.assign(first(plan, "chat"), { zones: { "us-east-1f": 1 } }),
  ],
];

export const layouts: readonly Break[] = [
  [
    "two layouts behind one Service",
    /chat: its replicas have more than one layout/,
    (plan) => Object.assign(first(plan, "chat"), { precision: "bf16" }),
  ],
  [
    "two capacities behind one Service",
    /rag: its replicas have more than one layout/,
    (plan) => {
      first(plan, "rag").capacityRequestsPerSecondPerReplica *= 2;
    },
  ],
  [
    "a precision nobody asked for",
    /the precision awq-int4 was not asked for/,
    (plan) => Object.assign(first(plan, "code"), { precision: "awq-int4" }),
  ],
  ["three GPUs a replica", /3 GPUs are no power of two/, (plan) => Object.assign(first(plan, "code"), { gpusPerReplica: 3 })],
  ["a replica over two nodes", /does not lie inside its nodes/, (plan) => Object.assign(first(plan, "code"), { gpusPerReplica: 2 })],
  [
    "a replica over two nodes for a model that one holds",
    /a single node on offer holds its model/,
    (plan) => Object.assign(first(plan, "code"), { nodesPerReplica: 2, gpusPerReplica: 2, pipelineParallel: 2 }),
  ],
  [
    "GPUs that are no product",
    /not the product of its parallel sizes/,
    (plan) => Object.assign(first(plan, "digest"), { tensorParallel: 16 }),
  ],
  ["a shorter context", /maxModelLen is 1024/, (plan) => Object.assign(first(plan, "digest").engine, { maxModelLen: 1024 })],
  [
    "a cluster of others",
    /in a cluster that its workload may not use/,
    (_, spec) => Object.assign(asked(spec, "rag"), { clusters: ["east"] }),
  ],
];
