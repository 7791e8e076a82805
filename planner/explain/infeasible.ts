import type { Candidate, RejectedCandidate } from "../candidates/candidate.ts";
import type { Offer } from "../candidates/offer.ts";
import type { Finding } from "../finding.ts";
import type { Infeasible, PackingProblem } from "../packing/problem.ts";
import { at } from "../plan/planned-pools.ts";
import type { FleetSpec, WorkloadSpec } from "../spec/fleet-spec.ts";

/** A finding for every workload that no layout on any offer can serve: what came closest, and what stopped it. */
export function unplaceableFindings(
  spec: FleetSpec,
  offers: readonly Offer[],
  candidates: readonly (readonly Candidate[])[],
  rejected: readonly RejectedCandidate[],
): Finding[] {
  return spec.workloads.flatMap((workload, index) => {
    if (workload.demand.requestsPerSecond === 0 || at(candidates, index).length > 0) return [];
    if (offers.length === 0) return [nothingOnOffer(workload)];
    return [
      closest(
        workload,
        rejected.filter((candidate) => candidate.workload === workload.name),
      ),
    ];
  });
}

const nothingOnOffer = (workload: WorkloadSpec): Finding => ({
  code: "nothing-on-offer",
  path: workload.path,
  message: "no instance type with a price is left inside the clouds, markets, gpus and instances of the spec",
  suggestion: "widen markets, gpus.allow, instances.allow or add a region",
});

/** How far a reason is from serving the workload: a missed latency is nearer than a model that does not fit. */
const nearness = ["slo-unreachable", "host-too-small", "no-node-large-enough", "context-does-not-fit", "does-not-fit"];

function closest(workload: WorkloadSpec, rejected: readonly RejectedCandidate[]): Finding {
  const rank = ({ finding }: RejectedCandidate) => {
    const index = nearness.indexOf(finding.code);
    return index < 0 ? nearness.length : index;
  };
  const excess = ({ finding }: RejectedCandidate) =>
    typeof finding.value === "number" && typeof finding.limit === "number" && finding.limit > 0
      ? finding.value / finding.limit
      : Number.POSITIVE_INFINITY;
  const [best] = rejected.toSorted((a, b) => rank(a) - rank(b) || excess(a) - excess(b) || (a.candidate < b.candidate ? -1 : 1));
  if (best === undefined) {
    return {
      code: "no-layout",
      path: workload.path,
      message: "none of the offers is in a cluster that the workload may use",
      suggestion: "check the workload's clusters against the fleet's",
    };
  }
  const { value, limit, unit, suggestion } = best.finding;
  return {
    code: "workload-unservable",
    path: workload.path,
    message: `none of ${rejected.length} layouts can serve it; the closest, ${best.candidate}: ${best.finding.message}`,
    ...(value === undefined ? {} : { value }),
    ...(limit === undefined ? {} : { limit }),
    ...(unit === undefined ? {} : { unit }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Packing's reasons in the user's words. */
export function infeasibleFindings(spec: FleetSpec, problem: PackingProblem, reasons: readonly Infeasible[]): Finding[] {
  return reasons.map((reason) => {
    if (reason.reason === "workload") return workloadRule(at(spec.workloads, reason.workload), reason.rule);
    if (reason.reason === "quota") {
      const quota = at(problem.quotas, reason.quota);
      return {
        code: "quota-too-small",
        path: `quotas[${reason.quota}].gpus`,
        message: `the fleet needs at least ${reason.gpusNeeded} GPUs of ${quota.id}`,
        value: reason.gpusNeeded,
        limit: quota.gpus,
        unit: "GPUs",
        suggestion: "raise the quota, or allow other GPUs, markets or regions",
      };
    }
    const offer = at(problem.offers, reason.offer);
    return {
      code: "nodes-run-out",
      path: "catalogOverrides",
      message: `the fleet needs at least ${reason.nodesNeeded} nodes of ${offer.id}`,
      value: reason.nodesNeeded,
      limit: offer.maxNodes,
      unit: "nodes",
    };
  });
}

type Rule = Extract<Infeasible, { reason: "workload" }>["rule"];

function workloadRule(workload: WorkloadSpec, rule: Rule): Finding {
  const rules: Readonly<Record<Rule, Omit<Finding, "code">>> = {
    "no-option": { path: workload.path, message: "no layout on any offer can serve it" },
    "spot-share": {
      path: `${workload.path}.spot.maxShare`,
      message: "every offer that could serve it is spot, and no more than this share may be",
      limit: workload.spot.maxShare,
      suggestion: "raise spot.maxShare or allow on-demand offers",
    },
    survive: {
      path: `${workload.path}.availability.survive`,
      message: `no fleet survives the loss of a ${workload.availability.survive} with ${workload.availability.degradedShare} of the peak served`,
      value: workload.availability.survive,
      suggestion: "allow more zones or a smaller degradedShare",
    },
    "max-nodes": { path: workload.path, message: "the nodes that exist cannot hold its replicas" },
    quota: { path: workload.path, message: "the quotas leave too few GPUs for its replicas", suggestion: "raise a quota" },
  };
  return { code: `unplaceable-${rule}`, ...rules[rule] };
}
