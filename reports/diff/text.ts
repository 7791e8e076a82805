import { type Column, renderColumns, wrap } from "../columns.ts";
import { findingText, groupFindings, groupText } from "../finding-text.ts";
import { cents } from "../money.ts";
import { pricesAsOf } from "../price-age.ts";
import { type Rendering, styleFor } from "../style.ts";
import { byWeight, countsText } from "./markdown-changes.ts";
import { budgetTexts, cheaperTexts } from "./outlook-text.ts";
import type { NamedMoneyChange, PlanDiff, PoolChange, WorkloadChange } from "./plan-diff.ts";
import { unpricedTexts } from "./unpriced-text.ts";
import {
  basisTexts,
  causeText,
  headlineText,
  kindSign,
  overlapTexts,
  proofText,
  quantityText,
  replicasText,
  shareText,
  signedCents,
  whyText,
  workloadDifferences,
} from "./wording.ts";

/** The diff for a terminal or a pipe: the same as the comment, nothing folded and nothing cut. */
export function renderDiffText(diff: PlanDiff, rendering: Rendering): string {
  const style = styleFor(rendering.color);
  const sections = [
    [
      ...wrap(`${style.strong(diff.fleet)}: ${headlineText(diff)}`, rendering.width),
      ...[...budgetTexts(diff), ...cheaperTexts(diff)].flatMap((text) => wrap(text, rendering.width)),
    ],
    list(style.bad("Needs action"), diff.findings.needsAction.map(findingText), rendering),
    diff.kind === "unchanged" ? [] : cloudLines(diff, rendering),
    list("Why, beyond single workloads", diff.causes.map(causeText), rendering),
    diff.overlap === null ? [] : list("While pools are replaced", overlapTexts(diff.overlap), rendering),
    workloadLines(diff.workloads, rendering),
    poolLines(diff.pools, rendering),
    list(style.warning("New warnings"), groupFindings(diff.findings.added).map(groupText), rendering),
    list("No longer warned of", groupFindings(diff.findings.resolved).map(groupText), rendering),
    diff.kind === "removed" ? [] : priceLines(diff, rendering),
    list("Warnings as before", groupFindings(diff.findings.standing).map(groupText), rendering),
    list("Assumptions", groupFindings(diff.assumptions).map(groupText), rendering),
    [...basisTexts(diff), proofText(diff) ?? ""].flatMap((text) => wrap(text, rendering.width)),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const list = (title: string, texts: readonly string[], { width }: Rendering): string[] =>
  texts.length === 0 ? [] : [title, ...texts.flatMap((text) => wrap(`- ${text}`, width, "  ", "    "))];

function cloudLines({ byCloud, cost }: PlanDiff, rendering: Rendering): string[] {
  const columns: readonly Column<NamedMoneyChange>[] = [
    { header: "Cloud", cell: ({ name }) => name },
    { header: "USD/month before", align: "right", cell: (change) => cents(change.old.usdPerMonth) },
    { header: "after", align: "right", cell: (change) => cents(change.new.usdPerMonth) },
    { header: "change", align: "right", cell: (change) => signedCents(change.difference.usdPerMonth) },
    { header: "%", align: "right", cell: shareText },
  ];
  const total = {
    "USD/month before": cents(cost.old.usdPerMonth),
    after: cents(cost.new.usdPerMonth),
    change: signedCents(cost.difference.usdPerMonth),
    "%": shareText(cost),
  };
  return [
    ...renderColumns({ columns, rows: byCloud, total }, rendering),
    `12 months: ${cents(cost.old.usdPerMonth * 12)} before, ${cents(cost.new.usdPerMonth * 12)} after, ${signedCents(cost.difference.usdPerMonth * 12)}`,
  ];
}

/** A line of figures for each change, then what and why on lines of their own: they are too long for a column. */
function changeLines(title: string, items: readonly { figures: string; details: readonly string[] }[], { width }: Rendering): string[] {
  if (items.length === 0) return [];
  return [
    title,
    ...items.flatMap(({ figures, details }) => [
      ...wrap(figures, width, "  ", "    "),
      ...details.filter((text) => text !== "").flatMap((text) => wrap(text, width, "      ", "        ")),
    ]),
  ];
}

const workloadLines = (workloads: readonly WorkloadChange[], rendering: Rendering): string[] =>
  changeLines(
    `Workloads: ${countsText(workloads)}`,
    byWeight(workloads.filter(({ kind }) => kind !== "unchanged")).map((change) => ({
      figures: `${kindSign[change.kind]} ${change.name}: ${cents(change.cost.old.usdPerMonth)} → ${cents(change.cost.new.usdPerMonth)} USD/month (${signedCents(change.cost.difference.usdPerMonth)})`,
      details: [workloadDifferences(change), because(change)],
    })),
    rendering,
  );

const poolLines = (pools: readonly PoolChange[], rendering: Rendering): string[] =>
  changeLines(
    `Pools: ${countsText(pools)}`,
    byWeight(pools.filter(({ kind }) => kind !== "unchanged")).map((change) => ({
      figures: `${kindSign[change.kind]} ${change.name}: ${quantityText(change.nodes.old, change.usdPerNodeHour.old)} → ${quantityText(change.nodes.new, change.usdPerNodeHour.new)} an hour (${signedCents(change.cost.difference.usdPerMonth)} USD/month)`,
      details: [change.replicas.length === 0 ? "" : `replicas: ${replicasText(change)}`, because(change)],
    })),
    rendering,
  );

const because = (change: WorkloadChange | PoolChange): string => (change.causes.length === 0 ? "" : `why: ${whyText(change)}`);

function priceLines(diff: PlanDiff, rendering: Rendering): string[] {
  const dates = pricesAsOf(diff.prices.dates);
  const title = `${dates.charAt(0).toUpperCase()}${dates.slice(1)}`;
  const texts = [...diff.prices.stale.map(findingText), ...unpricedTexts(diff)];
  return texts.length === 0 ? [title] : list(title, texts, rendering);
}
