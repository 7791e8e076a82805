import type { Catalog } from "../../catalog/catalog.ts";
import { centsPerMonth } from "../cost/money.ts";
import { count, grouped, listed, usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import { hoursPerMonth, toMicro } from "../units.ts";
import type { PaidNodes } from "./fleet-plan.ts";

/** What is paid for anyway, how much of it the fleet uses, and when that pays. */
export function paidFindings(kinds: readonly PaidNodes[]): Finding[] {
  if (kinds.length === 0) return [];
  const parts = kinds.map(({ nodes, idleNodes: idle, instanceType, region, market, breakEvenHoursPerMonth }) => {
    const pays =
      breakEvenHoursPerMonth === null
        ? ""
        : `; against on demand a node pays above ${grouped(breakEvenHoursPerMonth)} of ${hoursPerMonth} hours a month`;
    return `${grouped(nodes - idle)} of ${count(nodes, "node")} of ${instanceType} (${market}) in ${region} used${pays}`;
  });
  const idle = kinds.reduce((sum, { usdPerMonth }) => sum + Math.round(usdPerMonth * 100), 0) / 100;
  return [
    {
      code: "assume-paid-nodes",
      path: "catalogOverrides",
      message: `nodes that are paid for anyway are in the cost, used or not, and are filled before others are bought: ${listed(parts)}`,
      value: idle,
      unit: "USD a month idle",
    },
  ];
}

/** Paid nodes of a cluster's region that the spec keeps out by its markets: they are not in the cost either. */
export function unofferedFindings({ clusters, markets }: FleetSpec, catalog: Catalog): Finding[] {
  return catalog.prices.flatMap(({ instance, cloud, region, reserved }): Finding[] => {
    const isNear = clusters.some((cluster) => cluster.cloud === cloud && cluster.region === region);
    if (reserved?.paid !== true || !isNear || markets.includes("reserved")) return [];
    const usdPerMonth = centsPerMonth(toMicro(reserved.usdPerHour) * (reserved.nodes ?? 0)) / 100;
    return [
      {
        code: "paid-nodes-not-on-offer",
        path: "markets",
        message: `${count(reserved.nodes ?? 0, "node")} of ${instance} in ${region} ${reserved.nodes === 1 ? "is" : "are"} paid for, ${usd(usdPerMonth)} a month, and the fleet may not use ${reserved.nodes === 1 ? "it" : "them"}; what ${reserved.nodes === 1 ? "it costs" : "they cost"} is not in its cost`,
        value: usdPerMonth,
        unit: "USD a month",
        suggestion: "add reserved to markets",
      },
    ];
  });
}
