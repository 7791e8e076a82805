import type { Finding } from "../../planner/finding.ts";
import { findingText, groupFindings, groupText } from "../finding-text.ts";
import { cents } from "../money.ts";
import { pricesAsOf } from "../price-age.ts";
import { counted } from "../quantity.ts";
import { fitSections, type Section } from "./fit.ts";
import { poolSection, workloadSection } from "./markdown-changes.ts";
import { escapeMarkdown as plain, tableHead, tableRow } from "./markdown-text.ts";
import { budgetTexts, cheaperTexts } from "./outlook-text.ts";
import type { MoneyChange, PlanDiff } from "./plan-diff.ts";
import { unpricedTexts } from "./unpriced-text.ts";
import { basisTexts, causeText, headlineText, overlapTexts, proofText, shareText, signedCents } from "./wording.ts";

/** GitHub refuses a longer comment. */
export const commentLimit = 65_536;

/** The first line of every comment about a fleet: what finds the comment again, to edit it in place. Not shown. */
export const commentMarker = (fleet: string): string => `<!-- gpufleet-diff ${fleet.replaceAll(/[^\w.-]/g, "-").slice(0, 100)} -->`;

/** The diff as a pull request comment: the headline, what needs action, then detail in the order in which it matters. */
export function renderDiffMarkdown(diff: PlanDiff, limit = commentLimit): string {
  const name = plain(diff.fleet.slice(0, 100));
  const head = [commentMarker(diff.fleet), `### ${name}: ${headlineText(diff)}`];
  const sections = [
    list("needed action", "**Needs action**", diff.findings.needsAction.map(findingText)),
    ...(diff.kind === "unchanged" ? [] : [costSection(diff)]),
    list("budget", "", budgetTexts(diff)),
    list("what would be cheaper", "", cheaperTexts(diff)),
    list("causes", "**Why**, beyond single workloads", diff.causes.map(causeText)),
    ...(diff.overlap === null ? [] : [list("overlap", "**While pools are replaced**", overlapTexts(diff.overlap))]),
    workloadSection(diff.workloads),
    poolSection(diff.pools),
    findingSection("new warnings", "**New warnings**", diff.findings.added),
    findingSection("resolved warnings", "**No longer warned of**", diff.findings.resolved),
    priceSection(diff),
    folded(
      "standing warnings",
      `Warnings as before (${diff.findings.standing.length})`,
      groupFindings(diff.findings.standing).map(groupText),
    ),
    folded("assumptions", `Assumptions (${diff.assumptions.length})`, groupFindings(diff.assumptions).map(groupText)),
    {
      name: "basis",
      before: [""],
      rows: [...basisTexts(diff), proofText(diff) ?? ""].filter((text) => text !== "").map((text) => `${plain(text)}  `),
      after: [],
    },
    inputSection(diff),
  ];
  const rest = "`gpufleet diff --format json` has all of it.";
  return fitSections(
    head,
    sections.filter(({ before, rows }) => before.length > 0 || rows.length > 0),
    limit,
    rest,
  );
}

function costSection({ byCloud, cost, fleet }: PlanDiff): Section {
  const columns = ["Fleet", "Cloud", "USD/month before", "after", "change", "%"];
  const row = (cloud: string, change: MoneyChange): string =>
    tableRow([
      plain(fleet),
      cloud,
      cents(change.old.usdPerMonth),
      cents(change.new.usdPerMonth),
      signedCents(change.difference.usdPerMonth),
      shareText(change),
    ]);
  const total = [cents(cost.old.usdPerMonth), cents(cost.new.usdPerMonth), signedCents(cost.difference.usdPerMonth), shareText(cost)];
  const year = [cost.old.usdPerMonth * 12, cost.new.usdPerMonth * 12].map(cents);
  return {
    name: "cost by cloud",
    before: ["", ...tableHead(columns.map((header, index) => ({ header, align: index < 2 ? "left" : "right" })))],
    rows: byCloud.map((change) => row(plain(change.name), change)),
    after: [
      tableRow(["**Total**", "", ...total.map((text) => (text === "" ? "" : `**${text}**`))]),
      tableRow(["12 months", "", ...year, signedCents(cost.difference.usdPerMonth * 12), ""]),
    ],
  };
}

function list(name: string, title: string, texts: readonly string[]): Section {
  if (texts.length === 0) return { name, before: [], rows: [], after: [] };
  if (title === "") return { name, before: [""], rows: texts.map(plain), after: [] };
  return { name, before: ["", title, ""], rows: texts.map((text) => `- ${plain(text)}`), after: [] };
}

const findingSection = (name: string, title: string, findings: readonly Finding[]): Section =>
  list(name, `${title} (${findings.length})`, groupFindings(findings).map(groupText));

const folded = (name: string, summary: string, texts: readonly string[]): Section =>
  texts.length === 0
    ? { name, before: [], rows: [], after: [] }
    : {
        name,
        before: ["", `<details><summary>${summary}</summary>`, ""],
        rows: texts.map((text) => `- ${plain(text)}`),
        after: ["", "</details>"],
      };

function priceSection(diff: PlanDiff): Section {
  if (diff.kind === "removed") return { name: "prices", before: [], rows: [], after: [] };
  const stale = diff.prices.stale;
  const texts = [...stale.map(findingText), ...unpricedTexts(diff)];
  const summary = [
    `Prices: ${pricesAsOf(diff.prices.dates).replace(/^prices /, "")}`,
    ...(stale.length > 0 ? [`${counted(stale.length, "spot price")} too old`] : []),
    ...(diff.unpriced.offers > 0 ? [`${counted(diff.unpriced.offers, "offer")} unpriced`] : []),
    ...(diff.unpriced.estimatedPools.length > 0 ? [`${counted(diff.unpriced.estimatedPools.length, "pool")} with an estimated price`] : []),
  ].join(", ");
  if (texts.length > 0) return folded("prices", summary, texts);
  return { name: "prices", before: [""], rows: [`${summary}.`], after: [] };
}

function inputSection({ inputs: { old, new: now } }: PlanDiff): Section {
  const side = (name: string, inputs: PlanDiff["inputs"]["new"]): string =>
    inputs === null
      ? `${name}: no fleet`
      : `${name}: spec ${inputs.specSha256.slice(0, 12)}, catalog of ${inputs.catalogAsOf} (${inputs.catalogSha256.slice(0, 12)}), planner ${inputs.plannerVersion}`;
  return { name: "inputs", before: [""], rows: [`<sub>${plain(side("Before", old))}. ${plain(side("After", now))}.</sub>`], after: [] };
}
