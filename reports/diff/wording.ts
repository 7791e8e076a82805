import { listed } from "../../planner/figures.ts";
import type { FindingValue } from "../../planner/finding.ts";
import { cents, dollars, grouped, hourly } from "../money.ts";
import { counted, percent } from "../quantity.ts";
import type { Cause, ChangeKind, Difference, MoneyChange, Overlap, PlanDiff, PoolChange, WorkloadChange } from "./plan-diff.ts";

/** What a reader must learn even if everything else is cut off: old, new, difference, percent. Without the fleet's name. */
export function headlineText({ kind, cost, workloads, pools }: PlanDiff): string {
  const [old, now] = [dollars(cost.old.usdPerMonth), dollars(cost.new.usdPerMonth)];
  const difference = cost.difference.usdPerMonth;
  if (kind === "added") return `a new fleet for ${now} a month`;
  if (kind === "removed") return `the fleet is removed, which saves ${old} a month`;
  if (kind === "unchanged") return `no change, the fleet stays at ${now} a month`;
  if (difference === 0) {
    const changed = [countChanged(workloads, "workload"), countChanged(pools, "pool")].filter((text) => text !== "").join(" and ");
    return `the fleet stays at ${now} a month${changed === "" ? "" : `, but ${changed}`}`;
  }
  const verb = difference > 0 ? "rises" : "falls";
  const share = cost.share === null ? "" : ` (${signedPercent(cost.share)})`;
  return `the monthly cost ${verb} by ${dollars(Math.abs(difference))}${share}, from ${old} to ${now}`;
}

function countChanged(changes: readonly { readonly kind: ChangeKind }[], noun: string): string {
  const count = changes.filter(({ kind }) => kind !== "unchanged").length;
  return count === 0 ? "" : `${counted(count, noun)} ${count === 1 ? "changes" : "change"}`;
}

/** The month as a column: `+1,234.50`, `-7.00`, `0.00`. */
export const signedCents = (usd: number): string => (usd > 0 ? `+${cents(usd)}` : cents(usd));

export const signedPercent = (share: number): string => {
  const text = percent(Math.abs(share));
  return share > 0 ? `+${text}` : share < 0 ? `-${text}` : text;
};

export const shareText = ({ share, new: now }: MoneyChange): string =>
  share === null ? (now.usdPerMonth > 0 ? "new" : "") : signedPercent(share);

export const kindSign: Readonly<Record<ChangeKind, string>> = { added: "+", removed: "-", changed: "~", unchanged: "" };

const valueText = (value: FindingValue): string => {
  if (value === null || value === "") return "none";
  const text = typeof value === "number" ? plainNumber(value) : String(value);
  return text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text;
};
const longestValue = 80;

/** As a person writes it in a spec: no more digits than were given. */
export const plainNumber = (value: number): string => String(Math.round(value * 1e6) / 1e6);

export function causeText({ path, old, new: now, note }: Cause): string {
  const values = old === null && now === null ? "" : old === now ? `: ${valueText(now)}` : `: ${valueText(old)} → ${valueText(now)}`;
  return `${path}${values}${note === undefined ? "" : values === "" ? `: ${note}` : ` (${note})`}`;
}

export function differenceText({ what, old, new: now }: Difference): string {
  if (old === "") return `${what} ${now}`;
  return now === "" ? `${what} ${old}` : `${what} ${old} → ${now}`;
}

/** The first few, and how many more there are. */
export function few(texts: readonly string[], shown: number, separator = "; "): string {
  const rest = texts.length - shown;
  return [...texts.slice(0, shown), ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator);
}

export const workloadDifferences = ({ differences }: WorkloadChange): string => few(differences.map(differenceText), 6);

export const whyText = ({ causes }: WorkloadChange | PoolChange): string => few(causes.map(causeText), 4);

/** `2 x $10.4926` */
export const quantityText = (nodes: number, usdPerNodeHour: number | null): string =>
  nodes === 0 || usdPerNodeHour === null ? "none" : `${grouped(nodes)} x ${hourly(usdPerNodeHour)}`;

export const replicasText = ({ replicas }: PoolChange): string =>
  few(
    replicas.map(({ workload, old, new: now }) => `${workload} ${old} → ${now}`),
    4,
  );

export function overlapTexts({ workloads, pools, usdPerHour, expectedSeconds, expectedUsd, gpus, gaps }: Overlap): string[] {
  const nodesUntil = (until: Overlap["pools"][number]["until"]): string[] =>
    pools.flatMap((pool) => (pool.until === until ? [`${counted(pool.nodes, "node")} of ${pool.name}`] : []));
  const [leaving, extra] = [nodesUntil("replicas have moved"), nodesUntil("the next up")];
  const kept = [
    ...(leaving.length === 0
      ? []
      : [`${few(leaving, 4, ", ")} until ${few(workloads, 4, ", ")} ${workloads.length === 1 ? "is" : "are"} up elsewhere`]),
    ...(extra.length === 0 ? [] : [`${few(extra, 4, ", ")} until \`pulumi up\` is run once more`]),
  ];
  return [
    ...(kept.length === 0 ? [] : [`${hourly(usdPerHour)} an hour on top of the new plan: ${kept.join("; ")}.`]),
    ...(workloads.length === 0 || pools.length === 0
      ? []
      : [
          `About ${dollars(expectedUsd)} if it takes the ${counted(Math.ceil(expectedSeconds / 60), "minute")} that the slowest replica is expected to start in; longer where nodes are hard to get.`,
        ]),
    ...gpus.map(
      ({ cloud, region, family, market, extraGpus, peakGpus }) =>
        `Quota while both exist: ${counted(peakGpus, "GPU")} of ${cloud} ${region} ${family} ${market}, ${grouped(extraGpus)} more than the new plan.`,
    ),
    ...(gaps.length === 0
      ? []
      : [`${few(gaps, 4, ", ")}: old replicas go before the new ones can start, because these machines cannot be added to.`]),
  ];
}

/** What the figures stand on; the same in every form. */
export function basisTexts(diff: PlanDiff): string[] {
  const { idleUsdPerHour: idle, unpriced, included } = diff;
  const notCovered = unpriced.notCovered.length === 0 ? "" : ` Not priced: ${unpriced.notCovered.join(", ")}.`;
  return [
    `US dollars; a month is 730 hours. Covers ${listed(included)}, around the clock and sized for the busiest hour: nothing in it depends on usage.${notCovered}`,
    `Idle capacity: ${hourly(idle.old)} → ${hourly(idle.new)} an hour, inside the figures.`,
  ];
}

export function proofText({ kind, optimality: { status, gap } }: PlanDiff): string | null {
  if (kind === "removed") return null;
  return status === "optimal" || gap === 0
    ? "No cheaper fleet exists for the new spec under its rules."
    : `A cheaper fleet for the new spec could save at most ${percent(gap, 2)}.`;
}
