import { type Break, deployments, first, poolOf, some } from "./break.ts";

const quietest = (hours: number[]): number => hours.indexOf(Math.min(...hours));
const byHour = (one: { replicasByHour?: number[] }): number[] => some(one.replicasByHour);

export const hours: readonly Break[] = [
  [
    "an hour with too few replicas",
    /rag at 12:00: the capacity is below 3/,
    (plan) =>
      deployments(plan, "rag").forEach((one) => {
        one.capacityRequestsPerSecondPerReplica = 0.9;
      }),
  ],
  [
    "an hour that survives nothing",
    /rag at 8:00: too little is left after the loss of a replica/,
    (plan) =>
      deployments(plan, "rag").forEach((one, index) => {
        byHour(one)[8] = index === 0 ? 1 : 0;
      }),
  ],
  [
    "replicas in an hour without requests",
    /rag at 2:00: \d replicas without a request/,
    (plan) =>
      deployments(plan, "rag").forEach((one) => {
        byHour(one)[2] = 1;
      }),
  ],
  ["replicas called too late", /not called by the time/, (plan) => Object.assign(first(plan, "rag"), { leadSeconds: 1 })],
  [
    "work beyond its window",
    /nightly: some of its replicas work outside its window|nightly: its window of 6 hours has 7/,
    (plan) =>
      deployments(plan, "nightly").forEach((one) => {
        byHour(one)[quietest(byHour(one))] = one.replicas;
      }),
  ],
  [
    "an hour with more replicas than nodes",
    /an hour has more replicas than its nodes hold/,
    (plan) => Object.assign(poolOf(plan, "rag"), { nodesByHour: Array(24).fill(0), minNodes: 0 }),
  ],
  ["a base that is none", /its base is not the quietest hour's/, (plan) => Object.assign(poolOf(plan, "rag"), { minNodes: 1 })],
  ["a deployment without its hours", /no day of replicas/, (plan) => delete first(plan, "chat").replicasByHour],
  [
    "a rack that is given back by night",
    /is paid around the clock and does not stay/,
    (plan) => {
      some(poolOf(plan, "onsite").nodesByHour)[3] = 0;
      poolOf(plan, "onsite").minNodes = 0;
    },
  ],
  ["an hour that costs something else", /an hour does not cost its nodes/, (plan) => some(plan.cost.usdPerHourByHour).fill(1, 4, 5)],
  ["another mean of the hours", /the mean of the hours is another/, (plan) => Object.assign(some(plan.cost.scaled), { usdPerHour: 1 })],
];
