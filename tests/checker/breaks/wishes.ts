import { asked, type Break, first, poolOf, some } from "./break.ts";

export const wishes: readonly Break[] = [
  [
    "data in another region",
    /digest-\S+: its data may not be in us-east-1/,
    (_, spec) => Object.assign(asked(spec, "digest"), { residency: ["eu-west-1"] }),
  ],
  [
    "nodes that hold too many",
    /tool-\S+: 16 replicas may come to lie on one node/,
    (plan) => Object.assign(poolOf(plan, "tool"), { gpusPerNode: 16 * first(plan, "tool").gpusPerReplica }),
  ],
  [
    "neighbours that were not wanted",
    /code-\S+ shares its nodes/,
    (plan) => Object.assign(first(plan, "code"), { pool: first(plan, "chat").pool }),
  ],
  [
    "a host that is too small",
    /tool-\S+ has fewer vCPU than it asked for/,
    (plan) => Object.assign(first(plan, "tool"), { vcpusPerReplica: 1 }),
  ],
  [
    "a host with too little memory",
    /tool-\S+ has less memory than it asked for/,
    (plan) => Object.assign(first(plan, "tool"), { memoryBytesPerReplica: 2 ** 31 }),
  ],
  [
    "machines that cannot be had",
    /it cannot be had in its zones/,
    (plan, spec) => {
      const { instanceType, zones } = poolOf(plan, "chat");
      Object.assign(some(spec.unavailable?.[1]), { instances: [instanceType], zones: zones.slice(0, 1) });
    },
  ],
];
