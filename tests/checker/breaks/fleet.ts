import { type Break, first, poolOf, some, workload } from "./break.ts";

export const nodes: readonly Break[] = [
  [
    "a node too many",
    /its patterns have \d+ nodes, not/,
    (plan) => {
      poolOf(plan, "code").nodes++;
    },
  ],
  [
    "a replica that is on no node",
    /its patterns hold 2 replicas of digest-\S+, not 3/,
    (plan) => Object.assign(first(plan, "digest"), { replicas: 3 }),
  ],
  [
    "more replicas on a node than it has GPUs",
    /holds more GPUs' worth than it has/,
    (plan) => {
      const [pattern] = poolOf(plan, "digest").nodePatterns;
      some(pattern).replicas[first(plan, "digest").name] = 5;
    },
  ],
  [
    "a pattern with a stranger",
    /names nobody, which is not on the pool/,
    (plan) => Object.assign(some(poolOf(plan, "code").nodePatterns[0]).replicas, { nobody: 1 }),
  ],
  ["more vCPU than a node has", /request more vCPU than it has/, (plan) => Object.assign(first(plan, "rag"), { vcpusPerReplica: 1000 })],
  [
    "more memory than a node has",
    /request more memory than it has/,
    (plan) => Object.assign(first(plan, "rag"), { memoryBytesPerReplica: 2 ** 50 }),
  ],
  [
    "more than a share, which another filling would not fit",
    /requests more than its GPUs' share/,
    (plan) => Object.assign(first(plan, "digest"), { vcpusPerReplica: 90 }),
  ],
  ["no memory at all", /requests too little to run/, (plan) => Object.assign(first(plan, "chat"), { memoryBytesPerReplica: 0 })],
  [
    "a smaller node than the catalog's",
    /its instance type has other GPUs/,
    (plan) => Object.assign(poolOf(plan, "digest"), { gpusPerNode: 4 }),
  ],
  ["an instance type of nowhere", /the catalog has no p9/, (plan) => Object.assign(poolOf(plan, "digest"), { instanceType: "p9" })],
  [
    "a disk too small",
    /its disk does not hold the image and the weights/,
    (plan) => Object.assign(poolOf(plan, "digest"), { diskBytes: 60 * 2 ** 30 }),
  ],
  ["nodes out of range", /its nodes are outside minNodes and maxNodes/, (plan) => Object.assign(poolOf(plan, "digest"), { maxNodes: 0 })],
  ["pools out of order", /the pools are not sorted/, (plan) => plan.pools.reverse()],
  [
    "two pools of one name",
    /two things are called/,
    (plan) => {
      plan.pools[1] = some(plan.pools[0]);
    },
  ],
  ["a name Kubernetes refuses", /refuses the name/, (plan) => Object.assign(poolOf(plan, "code"), { name: "Pool_1" })],
  [
    "a home that does not exist",
    /lives in nowhere, which does not exist/,
    (plan) => Object.assign(first(plan, "code"), { pool: "nowhere" }),
  ],
  ["a pool nobody uses", /has no deployment/, (plan) => Object.assign(workload(plan, "code"), { deployments: [] })],
  [
    "a pool of another region than its cluster",
    /its cluster is not in the spec, or elsewhere/,
    (plan) => Object.assign(poolOf(plan, "code"), { region: "us-west-2" }),
  ],
];

export const deployable: readonly Break[] = [
  [
    "a replica over nodes that passes as deployable",
    /deployments\.code\S* cannot be deployed yet, and the plan does not say so/,
    (plan) => Object.assign(first(plan, "code"), { nodesPerReplica: 2 }),
  ],
  [
    "an Arm machine that passes as deployable",
    /pools\.\S* cannot be deployed yet, and the plan does not say so/,
    (plan) => Object.assign(poolOf(plan, "code"), { arch: "arm64" }),
  ],
  [
    "a reason without a cause",
    /pools\.nowhere can be deployed, and the plan says that it cannot/,
    (plan) => some(plan.notDeployable).push({ code: "not-supported-yet", path: "pools.nowhere", message: "not supported yet" }),
  ],
];

export const limits: readonly Break[] = [
  ["a denied GPU", /the GPU \S+ is not allowed/, (plan, spec) => Object.assign(spec.gpus, { deny: [poolOf(plan, "chat").gpu] })],
  ["a GPU beside the allowed ones", /the GPU \S+ is not allowed/, (_, spec) => Object.assign(spec.gpus, { allow: ["a10g"] })],
  [
    "a denied instance type",
    /the instance type \S+ is not allowed/,
    (plan, spec) => Object.assign(spec.instances, { deny: [poolOf(plan, "code").instanceType] }),
  ],
  ["a market that is not open", /the market spot is not allowed/, (_, spec) => Object.assign(spec, { markets: ["on-demand"] })],
  [
    "more of a rack than exists",
    /99 nodes of static rack-\S+ in \S+ are planned and \d exist/,
    (plan) => Object.assign(poolOf(plan, "onsite"), { nodes: 99 }),
  ],
  ["a quota of none", /break the quota of 0/, (_, spec) => Object.assign(some(spec.quotas[0]), { gpus: 0 })],
  ["a hard budget broken", /breaks the hard budget/, (_, spec) => Object.assign(spec, { budget: { usdPerMonth: 10, mode: "hard" } })],
  [
    "a soft budget broken in silence",
    /breaks the soft budget without a warning/,
    (_, spec) => Object.assign(spec, { budget: { usdPerMonth: 10, mode: "soft" } }),
  ],
  [
    "a headroom that is wrong",
    /the budget leaves/,
    (plan) => {
      some(plan.budget ?? undefined).headroomUsdPerMonth += 1;
    },
  ],
];
