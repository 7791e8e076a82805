import { centsPerMonth, money } from "../cost/money.ts";
import { at } from "../element.ts";
import { pack } from "../packing/pack.ts";
import type { Packing } from "../packing/problem.ts";
import { packingProblem } from "../plan/packing-problem.ts";
import { billOf } from "../plan/paid-nodes.ts";
import type { Assembly } from "../plan/planned-pools.ts";
import type { OtherFleet } from "../plan/ways-not-taken.ts";
import { beyondTensorParallel, nodesBought } from "./alternatives.ts";

/** What a fleet has to do without, so that it becomes another one. */
interface Ban {
  readonly words: string;
  readonly isBanned: (workload: number, option: number, offer: number) => boolean;
}

/** Workloads whose own GPU or layout is banned: the dearest, for the others change the fleet little and each costs a search. */
const workloadsTried = 12;
/** In larger fleets only what concerns the whole of them is banned. */
const fewWorkloads = 60;

/**
 * The cheapest `count` fleets that a person would call different: each does without something that the planned one uses, a GPU, a market, a
 * cluster, an instance type, or one workload's GPU or layout, and is searched for like the plan. Two that buy the same nodes for the same layouts are one.
 */
export function otherFleets(assembly: Assembly, count: number): OtherFleet[] {
  if (count === 0) return [];
  const seen = new Set([signature(assembly, assembly.packing, assembly.candidates)]);
  const fleets = bansOf(assembly).flatMap(({ words, isBanned }) => {
    const candidates = assembly.candidates.map((own, workload) =>
      own.flatMap((candidate, option) => {
        const offers = candidate.offers.filter((offer) => !isBanned(workload, option, offer));
        return offers.length === 0 ? [] : [{ ...candidate, offers }];
      }),
    );
    const result = pack(packingProblem(assembly.spec, assembly.offers, candidates));
    if (!("packing" in result)) return [];
    const own = signature(assembly, result.packing, candidates);
    if (seen.has(own)) return [];
    seen.add(own);
    return [otherFleet({ ...assembly, candidates, packing: result.packing }, words, assembly.packing)];
  });
  return fleets.toSorted((a, b) => a.usdPerHour - b.usdPerHour || (a.without < b.without ? -1 : 1)).slice(0, count);
}

function bansOf({ spec, offers, candidates, packing }: Assembly): Ban[] {
  const used = packing.pools.map(({ offer }) => at(offers, offer));
  const distinct = (values: readonly string[]): string[] => [...new Set(values)].toSorted();
  const without = (key: "device" | "market" | "cluster" | "instanceType"): Ban[] =>
    distinct(used.map((offer) => offer[key])).map((value) => ({
      words: key === "cluster" ? `nothing in ${value}` : `no ${value}`,
      isBanned: (_workload, _option, offer) => at(offers, offer)[key] === value,
    }));
  const slotsOf = (workload: number): number =>
    packing.placements
      .filter((one) => one.workload === workload)
      .reduce((sum, { option, replicas }) => sum + replicas * at(at(candidates, workload), option).slotsPerReplica, 0);
  if (spec.workloads.length > fewWorkloads) return [...without("device"), ...without("market"), ...without("cluster")];
  const dearest = spec.workloads
    .map((_, workload) => workload)
    .filter((workload) => slotsOf(workload) > 0)
    .toSorted((a, b) => slotsOf(b) - slotsOf(a) || a - b)
    .slice(0, workloadsTried);
  const own = dearest.flatMap((workload): Ban[] => {
    const placement = packing.placements.find((one) => one.workload === workload);
    if (placement === undefined) return [];
    const { layout, gpu } = at(at(candidates, workload), placement.option).replica;
    const { name } = at(spec.workloads, workload);
    const layoutOf = (option: number) => at(at(candidates, workload), option).replica.layout;
    return [
      { words: `${name} not on ${gpu.id}`, isBanned: (other, option) => other === workload && layoutOf(option).gpu === gpu.id },
      {
        words: `${name} not with ${layout.vcpus === undefined ? `tensor parallel ${layout.tensorParallel}` : `${layout.vcpus} vCPUs`} on ${gpu.id}`,
        isBanned: (other, option) =>
          other === workload &&
          layoutOf(option).gpu === gpu.id &&
          layoutOf(option).tensorParallel === layout.tensorParallel &&
          layoutOf(option).vcpus === layout.vcpus,
      },
    ];
  });
  return [...without("device"), ...without("market"), ...without("cluster"), ...without("instanceType"), ...own];
}

/** What a person sees of a fleet: which nodes, and which layout each workload has. */
function signature({ offers }: Assembly, { pools, placements }: Packing, candidates: Assembly["candidates"]): string {
  const nodes = new Map<string, number>();
  for (const pool of pools) nodes.set(at(offers, pool.offer).id, (nodes.get(at(offers, pool.offer).id) ?? 0) + pool.nodes);
  const layouts = new Set(placements.map(({ workload, option }) => `${workload} ${at(at(candidates, workload), option).id}`));
  return JSON.stringify([[...nodes].toSorted(([a], [b]) => (a < b ? -1 : 1)), [...layouts].toSorted()]);
}

function otherFleet(assembly: Assembly, without: string, planned: Packing): OtherFleet {
  const { spec, offers, candidates, packing } = assembly;
  const bill = billOf(assembly, offers, packing);
  return {
    without,
    ...money(bill),
    moreUsdPerMonth: (centsPerMonth(bill) - centsPerMonth(billOf(assembly, offers, planned))) / 100,
    workloads: spec.workloads.flatMap(({ name }, workload) => {
      const own = packing.placements.filter((placement) => placement.workload === workload);
      return [...Map.groupBy(own, ({ option }) => option)].map(([option, placements]) => {
        const candidate = at(at(candidates, workload), option);
        const { gpu, precision, tensorParallel, vcpus } = candidate.replica.layout;
        const layout = { gpu, precision, tensorParallel, ...beyondTensorParallel(candidate), ...(vcpus === undefined ? {} : { vcpus }) };
        return { workload: name, ...layout, replicas: placements.reduce((sum, { replicas }) => sum + replicas, 0) };
      });
    }),
    pools: nodesBought(assembly, packing),
  };
}
