import type { CandidateGroup, Explanation } from "../planner/plan/plan-explanation.ts";
import type { ConstraintPrice } from "../planner/plan/ways-not-taken.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { type FindingRendering, namedPath } from "./finding-lines.ts";
import { findingText } from "./finding-text.ts";
import { cents, dollars, grouped } from "./money.ts";
import { counted, percent } from "./quantity.ts";
import { styleFor } from "./style.ts";

type NamedRendering = Pick<FindingRendering, "width" | "color" | "workloads">;

/** Why a workload is served as it is: what was looked at and lost, what its lines of the spec cost, what more of it would cost. */
export function explanationLines(explanation: Explanation, rendering: NamedRendering): string[] {
  const style = styleFor(rendering.color);
  const { workload, taken, considered, groups, constraints } = explanation;
  const columns: readonly Column<CandidateGroup>[] = [
    { header: "GPU", cell: ({ gpu }) => gpu },
    { header: "Format", cell: ({ precision }) => precision ?? "" },
    { header: "Layouts", align: "right", cell: ({ candidates }) => grouped(candidates) },
    { header: "Why not", cell: ({ reason }) => namedPath(findingText({ ...reason, path: "" }), rendering.workloads), stack: 1 },
    { header: "Closest", cell: ({ closest }) => closest, stack: 2 },
  ];
  return [
    style.strong(`Why ${workload} is served as it is`),
    ...wrap(`${counted(considered, "layout")} were looked at; ${taken === null ? "none is needed" : `taken: ${taken}`}.`, rendering.width),
    ...wrap(marginalText(explanation), rendering.width),
    ...wrap(mixingText(explanation), rendering.width),
    ...(groups.length === 0 ? [] : ["", ...renderColumns({ columns, rows: groups }, rendering)]),
    ...(constraints.length === 0 ? [] : ["", ...constraintLines(constraints, rendering)]),
  ];
}

function mixingText({ mixing }: Explanation): string {
  if (mixing === null) return "Two layouts at once would save nothing that was found.";
  const parts = mixing.parts.map(({ candidate, share }) => `${percent(share, 0)} on ${candidate}`);
  return `Two layouts at once would save ${dollars(mixing.savedUsdPerMonth)} a month (${parts.join(", ")}), but take routing by weight, which is not emitted.`;
}

function marginalText({ marginal }: Explanation): string {
  const { spareRequestsPerSecond: spare, usdPerMonthForOneMore: more, usdPerMonthForOneBeyondSpare: beyond } = marginal;
  const cost = (usd: number | null): string => (usd === null ? "has no fleet under these rules" : `would cost ${dollars(usd)} a month`);
  const room = `Its replicas have room for ${grouped(spare, 2)} more requests/s`;
  return spare >= 1 ? `${room}; one beyond that ${cost(beyond)}.` : `${room}; one more ${cost(more)}.`;
}

/** What each line of the spec costs: the dearest first, those that cost nothing in one line. */
export function constraintLines(constraints: readonly ConstraintPrice[], rendering: NamedRendering): string[] {
  const named = constraints.map((one) => ({ ...one, path: namedPath(one.path, rendering.workloads) }));
  const binding = named.filter(({ usdPerMonth }) => usdPerMonth > 0);
  const free = named.filter(({ usdPerMonth }) => usdPerMonth === 0).map(({ path }) => path);
  const columns: readonly Column<ConstraintPrice>[] = [
    { header: "Line of the spec", cell: ({ path }) => path },
    { header: "Costs USD/month", align: "right", cell: ({ usdPerMonth }) => cents(usdPerMonth) },
    { header: "Instead", cell: ({ change }) => change, stack: 1 },
  ];
  return [
    ...(binding.length === 0 ? [] : renderColumns({ columns, rows: binding }, rendering)),
    ...(free.length === 0 ? [] : wrap(`Cost nothing: ${free.join(", ")}`, rendering.width)),
  ];
}
