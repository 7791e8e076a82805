import { at } from "../element.ts";
import { count, grouped, listed } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { pack } from "../packing/pack.ts";
import type { Infeasible, PackingProblem } from "../packing/problem.ts";
import type { FleetSpec, WorkloadSpec } from "../spec/fleet-spec.ts";

/** The problem without the workloads that cannot be placed anyway, so that what is wrong with the others is said too. */
export const without = (problem: PackingProblem, workloads: ReadonlySet<number>): PackingProblem => ({
  ...problem,
  workloads: problem.workloads.map((workload, index) => (workloads.has(index) ? { ...workload, demand: 0 } : workload)),
});

/** `reasons`, and those of the workloads that packing did not come to because others are impossible in themselves. */
export function everyReason(problem: PackingProblem, reasons: readonly Infeasible[]): readonly Infeasible[] {
  if (reasons.some(({ reason }) => reason !== "workload")) return reasons;
  const stopped = new Set(reasons.flatMap((reason) => (reason.reason === "workload" ? [reason.workload] : [])));
  const rest = pack(without(problem, stopped));
  return "infeasible" in rest ? [...reasons, ...rest.infeasible] : reasons;
}

/** Packing's reasons in the user's words. */
export function infeasibleFindings(spec: FleetSpec, problem: PackingProblem, reasons: readonly Infeasible[], slotVcpus: number): Finding[] {
  return reasons.map((reason) => {
    if (reason.reason === "workload") return workloadRule(spec, problem, reason.workload, reason.rule);
    return reason.reason === "quota" ? quotaFinding(spec, problem, reason, slotVcpus) : nodesFinding(problem, reason);
  });
}

function quotaFinding(
  spec: FleetSpec,
  problem: PackingProblem,
  { quota, gpusNeeded }: Extract<Infeasible, { reason: "quota" }>,
  slotVcpus: number,
): Finding {
  const written = spec.quotas[quota];
  if (written === undefined) {
    // Not a quota of the spec but machines that several offers share.
    const [offer = 0] = at(problem.quotas, quota).offers;
    return nodesFinding(problem, { reason: "max-nodes", offer, nodesNeeded: gpusNeeded / at(problem.offers, offer).gpusPerNode });
  }
  const { family, market, region } = written;
  const { gpus, vcpus } = written;
  const [key, noun, limit] = vcpus === undefined ? (["gpus", "GPU", gpus ?? 0] as const) : (["vcpus", "vCPU", vcpus] as const);
  // A quota of vCPUs was put to packing in slots.
  const needed = vcpus === undefined ? gpusNeeded : gpusNeeded * slotVcpus;
  return {
    code: "quota-too-small",
    path: `quotas[${quota}].${key}`,
    message: `the quota is ${count(limit, noun)} of ${family} ${market} in ${region}; the closest fleet found buys ${grouped(needed)}`,
    value: needed,
    limit,
    unit: `${noun}s`,
    suggestion: `raise the quota to ${grouped(needed)}, or allow other ${key === "gpus" ? "GPUs" : "instance types"}, markets or regions`,
  };
}

function nodesFinding(problem: PackingProblem, { offer, nodesNeeded }: Extract<Infeasible, { reason: "max-nodes" }>): Finding {
  const { id, maxNodes } = at(problem.offers, offer);
  return {
    code: "nodes-run-out",
    path: "catalogOverrides",
    message: `there ${maxNodes === 1 ? "is 1 node" : `are ${grouped(maxNodes ?? 0)} nodes`} of ${id}; the closest fleet found needs ${grouped(nodesNeeded)}`,
    value: nodesNeeded,
    limit: maxNodes,
    unit: "nodes",
    suggestion: "add nodes, or a cloud region and on-demand in markets",
  };
}

type Rule = Extract<Infeasible, { reason: "workload" }>["rule"];

function workloadRule(spec: FleetSpec, problem: PackingProblem, index: number, rule: Rule): Finding {
  const workload = at(spec.workloads, index);
  const offers = [...new Set(at(problem.workloads, index).options.flatMap((option) => option.offers))];
  const rules: Readonly<Record<Rule, () => Omit<Finding, "code">>> = {
    "no-option": () => ({ path: workload.path, message: "no layout on any offer can serve it" }),
    "spot-share": () => spotRule(workload, listed(offers.map((offer) => at(problem.offers, offer).id))),
    "spot-pool": () => ({
      path: `${workload.path}.spot.minSurvival`,
      message: `with a chance of ${workload.spot.minSurvival} it must survive the loss of any one spot pool, and all it may use is one`,
      value: workload.spot.minSurvival,
      suggestion: "list more zones or instance types, allow on-demand, or lower spot.minSurvival",
    }),
    survive: () => surviveRule(workload, [...new Set(offers.flatMap((offer) => at(problem.offers, offer).zones))]),
    "max-nodes": () => ({ path: workload.path, message: "even alone it needs more nodes than there are" }),
    quota: () => {
      const quotas = spec.quotas.flatMap(({ vcpus }, place) =>
        problem.quotas[place]?.offers.some((offer) => offers.includes(offer)) === true
          ? [{ name: `quotas[${place}]`, unit: vcpus === undefined ? "GPUs" : "vCPUs" }]
          : [],
      );
      const units = listed([...new Set(quotas.map(({ unit }) => unit))], "or");
      return {
        path: workload.path,
        message:
          quotas.length === 0
            ? "even alone it needs more nodes than there are"
            : `even alone it needs more ${units} than ${listed(quotas.map(({ name }) => name))} ${quotas.length === 1 ? "allows" : "allow"}`,
      };
    },
  };
  return { code: `unplaceable-${rule}`, ...rules[rule]() };
}

const spotRule = ({ path, spot }: WorkloadSpec, offers: string): Omit<Finding, "code"> => ({
  path: `${path}.spot.maxShare`,
  message: `only spot offers can serve it (${offers}), and at most ${grouped(spot.maxShare * 100)} % of its replicas may be on spot`,
  value: 1,
  limit: spot.maxShare,
  suggestion: "set spot.maxShare to 1, or allow instance types that are sold on demand",
});

const surviveRule = ({ path, availability }: WorkloadSpec, zones: readonly string[]): Omit<Finding, "code"> => ({
  path: `${path}.availability.survive`,
  message: `no fleet keeps ${grouped(availability.degradedShare * 100)} % of the peak served after the loss of a ${availability.survive}: its offers are in ${zones.length === 1 ? "one zone" : `${grouped(zones.length)} zones`} (${listed(zones)})`,
  value: availability.survive,
  suggestion:
    zones.length === 1 ? "list more zones of the region under clouds" : "allow more zones, on-demand offers or a smaller degradedShare",
});
