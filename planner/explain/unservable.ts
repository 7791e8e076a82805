import type { Candidates } from "../candidates/candidates.ts";
import { at } from "../element.ts";
import { listed } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import { linesInTheWay } from "./lines-in-the-way.ts";
import { nothingOnOffer } from "./nothing-on-offer.ts";
import { refusedLayouts, roomFinding, strandedLayout } from "./rejected-layouts.ts";
import { offersOf, placeable, type Situation } from "./situation.ts";
import { unreachableLimits } from "./unreachable-slo.ts";

/** Why the workloads that no layout on any offer can serve cannot be served: what came closest, what stopped it and what would help. */
export function unservableFindings(situation: Situation, searched: readonly Candidates[]): Finding[] {
  const { spec, offers } = situation;
  const unserved = spec.workloads.flatMap((workload, index) => {
    const { taken, rejected } = at(searched, index);
    return workload.demand.requestsPerSecond === 0 || taken.length > 0 ? [] : [{ workload, rejected }];
  });
  if (unserved.length > 0 && offers.length === 0) return [nothingOnOffer(situation)];
  return unserved.flatMap(({ workload, rejected }) => whyUnservable(situation, workload, rejected));
}

function whyUnservable(situation: Situation, workload: WorkloadSpec, rejected: Candidates["rejected"]): Finding[] {
  const own = offersOf(workload, situation.offers);
  if (own.length === 0) return [nothingInItsClusters(situation, workload)];
  const advice = linesInTheWay(situation, workload);
  const possible = placeable(rejected, own);
  const stranded = strandedLayout(workload, rejected);
  if (stranded !== null && (advice !== null || stranded.code === "host-too-small")) return [advised(stranded, advice)];
  const limits = unreachableLimits(situation, workload, possible);
  if (limits.length > 0) return limits.map((finding) => advised(finding, advice));
  const finding = stranded ?? roomFinding(situation, workload, possible) ?? refusedLayouts(workload, rejected);
  return [advised(finding, advice), ...missingNetworks(rejected)];
}

/** Nodes that a replica could span if their GPUs reached the network, each kind once. */
function missingNetworks(rejected: Candidates["rejected"]): Finding[] {
  const findings = rejected.map(({ finding }) => finding).filter(({ code }) => code === "no-network-between-nodes");
  return [...new Map(findings.map((finding) => [finding.message, finding])).values()];
}

/** What the finding itself suggests comes first. */
function advised(finding: Finding, advice: string | null): Finding {
  const ideas = [finding.suggestion, advice].filter((idea) => idea !== undefined && idea !== null);
  return { ...finding, suggestion: ideas.length > 0 ? ideas.join(", or ") : "use GPUs with more memory, or a smaller model" };
}

function nothingInItsClusters({ offers }: Situation, workload: WorkloadSpec): Finding {
  const clusters = [...new Set(offers.map(({ cluster }) => cluster))];
  return {
    code: "nothing-on-offer",
    path: `${workload.path}.clusters`,
    message: `nothing is on offer in the clusters it may use (${listed(workload.clusters)})`,
    suggestion: `add ${listed(clusters, "or")}, where there are offers, or widen gpus and instances`,
  };
}
