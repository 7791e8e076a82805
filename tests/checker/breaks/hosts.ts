import { asked, type Break, first, poolOf } from "./break.ts";

/** What can be wrong with nodes without GPUs and what runs on them. */
export const hosts: readonly Break[] = [
  [
    "a CPU-only node where the workload names GPUs",
    /find-\S+: runs on a CPU-only node, which the spec does not allow/,
    (_, spec) => Object.assign(asked(spec, "find"), { devices: ["gpu"] }),
  ],
  [
    "a CPU-only node beside a list of GPUs that the workload does not go against",
    /find-\S+: runs on a CPU-only node, which the spec does not allow/,
    (_, spec) => {
      Object.assign(spec.gpus, { allow: ["l4"] });
      Object.assign(asked(spec, "find"), { devices: undefined });
    },
  ],
  [
    "GPUs where the workload names processors",
    /chat-\S+: runs on GPUs, which the spec does not allow/,
    (_, spec) => Object.assign(asked(spec, "chat"), { devices: ["cpu"] }),
  ],
  [
    "an engine that is not the one without GPUs",
    /find-\S+: vllm is not its engine on such nodes/,
    (plan) => Object.assign(first(plan, "find"), { engine: { ...first(plan, "find").engine, name: "vllm" } }),
  ],
  [
    "slots that the node does not have",
    /its processor or its slots of vCPUs are others/,
    (plan) => Object.assign(poolOf(plan, "find"), { cpu: { ...poolOf(plan, "find").cpu, slotsPerNode: 12 } }),
  ],
  [
    "another processor",
    /its processor or its slots of vCPUs are others/,
    (plan) => Object.assign(poolOf(plan, "find"), { cpu: { ...poolOf(plan, "find").cpu, processor: "cascade-lake" } }),
  ],
  ["three slots a replica", /3 slots are no power of two/, (plan) => Object.assign(first(plan, "find"), { cpuSlotsPerReplica: 3 })],
  [
    "a replica larger than any may be",
    /16 slots are more than a replica may take/,
    (plan) => Object.assign(first(plan, "find"), { cpuSlotsPerReplica: 16 }),
  ],
  [
    "GPUs of a replica that has none",
    /find-\S+: its GPUs are not the product of its parallel sizes/,
    (plan) => Object.assign(first(plan, "find"), { gpusPerReplica: 1 }),
  ],
  [
    "slots on GPUs",
    /chat-\S+: it takes slots of vCPUs where there are GPUs/,
    (plan) => Object.assign(first(plan, "chat"), { cpuSlotsPerReplica: 1 }),
  ],
  [
    "16-bit weights on a processor",
    /find-\S+: the precision bf16 was not asked for/,
    (plan) => Object.assign(first(plan, "find"), { precision: "bf16" }),
  ],
  [
    "more memory than the replica requests",
    /find-\S+: \d+ bytes a GPU are planned where/,
    (plan) => Object.assign(first(plan, "find"), { memoryBytesPerReplica: 2 ** 29 }),
  ],
  [
    "more than the silicon can do",
    /find-\S+: its capacity takes .* vCPUs of \S+ does/,
    (plan) => Object.assign(first(plan, "find"), { capacityRequestsPerSecondPerReplica: 1e6 }),
  ],
  [
    "a quota of vCPUs that is broken",
    /GPUs or vCPUs of standard in us-east-1 on on-demand break the quota of 2/,
    (_, spec) => Object.assign(spec, { quotas: spec.quotas.map((quota) => (quota.vcpus === undefined ? quota : { ...quota, vcpus: 2 })) }),
  ],
];
