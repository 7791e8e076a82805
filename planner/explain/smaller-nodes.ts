import { centsPerMonth } from "../cost/money.ts";
import { count, listed, usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { dayOf, meanOfDay } from "../plan/hours.ts";
import { idleOf } from "../plan/plan-cost.ts";
import type { Assembly } from "../plan/planned-pools.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import type { MicroUsdPerHour } from "../units.ts";
import type { WhatIf } from "./what-if.ts";

/** Replicas on a node at most; each is a search for the whole fleet. */
const sizes = [4, 2, 1];
const mostWorkloads = 20;
/** Of what the day costs: less is not worth a line of the spec. */
const leastSaved = 0.05;

interface Way {
  readonly most: number;
  readonly followed: MicroUsdPerHour;
  readonly aroundTheClock: MicroUsdPerHour;
}

/**
 * The fleet is the cheapest around the clock, and large nodes stay up for one replica of many. Where nodes follow the profile, smaller ones may cost
 * less by the day though they cost more at its peak: the best that was found, when it saves enough.
 */
export function smallerNodes(assembly: Assembly, ask: WhatIf): Finding[] {
  const { spec } = assembly;
  const now = followedUsdPerHour(assembly);
  if (now === null || spec.workloads.length > mostWorkloads) return [];
  const ways = sizes.flatMap((most) => wayOf(assembly, most, ask));
  const best = ways.toSorted((a, b) => a.followed - b.followed || b.most - a.most)[0];
  if (best === undefined || now - best.followed < leastSaved * now) return [];
  const names = spec.workloads.filter(follows).map(({ name }) => name);
  const perMonth = (rate: MicroUsdPerHour): number => centsPerMonth(rate) / 100;
  const saved = perMonth(now - best.followed);
  return [
    {
      code: "smaller-nodes-follow",
      path: "workloads",
      message: `if nodes follow the profile, smaller ones cost less: with at most ${count(best.most, "replica")} of ${listed(names)} on a node ${usd(perMonth(best.followed))} a month, ${usd(saved)} less than this fleet then; around the clock ${usd(perMonth(best.aroundTheClock))}`,
      value: saved,
      unit: "USD a month",
      suggestion: `set maxReplicasPerNode: ${best.most} for ${names.length === 1 ? "it" : "them"} where something scales the nodes`,
    },
  ];
}

const follows = ({ demand }: WorkloadSpec): boolean => demand.hourlyRequestsPerSecond !== null;

function wayOf(assembly: Assembly, most: number, ask: WhatIf): Way[] {
  const workloads = assembly.spec.workloads.map((workload) =>
    follows(workload) ? { ...workload, maxReplicasPerNode: Math.min(most, workload.maxReplicasPerNode ?? most) } : workload,
  );
  const spec = { ...assembly.spec, workloads };
  const found = ask(spec);
  if (found === null) return [];
  const followed = followedUsdPerHour({ ...assembly, ...found, spec });
  return followed === null ? [] : [{ most, followed, aroundTheClock: found.billUsdPerHour }];
}

/** In the mean of the day, with what is paid for and stands idle; null where no hour differs. */
function followedUsdPerHour(assembly: Assembly): MicroUsdPerHour | null {
  const day = dayOf(assembly);
  return day === null ? null : meanOfDay(day) + idleOf(assembly).reduce((sum, { rate }) => sum + rate, 0);
}
