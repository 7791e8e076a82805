import { cents } from "../money.ts";
import { counted } from "../quantity.ts";
import type { Section } from "./fit.ts";
import { type MarkdownColumn, escapeMarkdown as plain, tableHead, tableRow } from "./markdown-text.ts";
import { sumOfChanges } from "./money-change.ts";
import type { ChangeKind, MoneyChange, PoolChange, WorkloadChange } from "./plan-diff.ts";
import { kindSign, quantityText, replicasText, signedCents, whyText, workloadDifferences } from "./wording.ts";

/** A longer table is folded. */
const rowsShown = 8;

const right = (header: string): MarkdownColumn => ({ header, align: "right" });

export function workloadSection(workloads: readonly WorkloadChange[]): Section {
  const columns = [
    { header: "" },
    { header: "Workload" },
    right("USD/month before"),
    right("after"),
    right("change"),
    { header: "What changes" },
    { header: "Why" },
  ];
  const cells = (change: WorkloadChange): string[] => [
    code(change.name),
    ...moneyCells(change.cost),
    plain(workloadDifferences(change)),
    plain(whyText(change)),
  ];
  return changeSection("Workloads", workloads, columns, cells, ["", ""]);
}

export function poolSection(pools: readonly PoolChange[]): Section {
  const columns = [
    { header: "" },
    { header: "Pool" },
    right("Nodes x USD/hour before"),
    right("after"),
    right("USD/month change"),
    { header: "Replicas" },
    { header: "Why" },
  ];
  const cells = (change: PoolChange): string[] => [
    code(change.name),
    quantityText(change.nodes.old, change.usdPerNodeHour.old),
    quantityText(change.nodes.new, change.usdPerNodeHour.new),
    signedCents(change.cost.difference.usdPerMonth),
    plain(replicasText(change)),
    plain(whyText(change)),
  ];
  return changeSection("Pools", pools, columns, cells, ["", ""], (sum) => ["", "", signedCents(sum.difference.usdPerMonth)]);
}

interface Change {
  readonly kind: ChangeKind;
  readonly name: string;
  readonly cost: MoneyChange;
}

/** What changed, dearest first; what did not as one line, so that the table adds up to the headline. */
function changeSection<T extends Change>(
  title: string,
  changes: readonly T[],
  columns: readonly MarkdownColumn[],
  cells: (change: T) => string[],
  filler: readonly string[],
  money: (sum: MoneyChange) => string[] = moneyCells,
): Section {
  const changed = byWeight(changes.filter(({ kind }) => kind !== "unchanged"));
  const name = title.toLowerCase();
  if (changed.length === 0) return { name, before: [], rows: [], after: [] };
  const unchanged = changes.filter(({ kind }) => kind === "unchanged");
  const rest =
    unchanged.length === 0
      ? []
      : [tableRow(["", `${unchanged.length} unchanged`, ...money(sumOfChanges(unchanged.map(({ cost }) => cost))), ...filler])];
  const summary = `${title}: ${countsText(changes)}`;
  const opening = changed.length > rowsShown ? `<details><summary>${summary}</summary>` : `**${summary}**`;
  return {
    name,
    before: ["", opening, "", ...tableHead(columns)],
    rows: changed.map((change) => tableRow([`\`${kindSign[change.kind]}\``, ...cells(change)])),
    after: [...rest, ...(changed.length > rowsShown ? ["", "</details>"] : [])],
  };
}

const moneyCells = (cost: MoneyChange): string[] => [
  cents(cost.old.usdPerMonth),
  cents(cost.new.usdPerMonth),
  signedCents(cost.difference.usdPerMonth),
];

const code = (name: string): string => `\`${name.replaceAll(/[`|\n]/g, " ")}\``;

/** What moves the month most comes first; at equal weight the order that came. */
export const byWeight = <T extends Change>(changes: readonly T[]): T[] =>
  changes.toSorted((a, b) => Math.abs(b.cost.difference.usdPerMonth) - Math.abs(a.cost.difference.usdPerMonth));

/** `1 added, 2 changed, 4 unchanged` */
export function countsText(changes: readonly Change[]): string {
  const kinds: readonly ChangeKind[] = ["added", "changed", "removed", "unchanged"];
  const counts = kinds.map((kind) => [kind, changes.filter((change) => change.kind === kind).length] as const);
  return counts.flatMap(([kind, count]) => (count === 0 ? [] : [`${counted(count, kind, kind)}`])).join(", ");
}
