import type { Catalog } from "../../catalog/catalog.ts";
import type { RejectedCandidate } from "../candidates/candidate.ts";
import { type Candidates, candidatesFor, type Sizes } from "../candidates/candidates.ts";
import type { ServingEngine } from "../candidates/node-groups.ts";
import type { Offer } from "../candidates/offer.ts";
import { offersFor } from "../candidates/offers.ts";
import { searchAll } from "../candidates/spanning-offers.ts";
import { at } from "../element.ts";
import { alternativesFor } from "../explain/alternatives.ts";
import { constraintPrices } from "../explain/constraint-prices.ts";
import { explanationOf } from "../explain/explanation.ts";
import { everyReason, infeasibleFindings, without } from "../explain/infeasible.ts";
import { insideBudget } from "../explain/inside-budget.ts";
import { otherFleets } from "../explain/other-fleets.ts";
import { fleetRelaxations, workloadRelaxations } from "../explain/relaxations.ts";
import type { Situation } from "../explain/situation.ts";
import { smallerNodes } from "../explain/smaller-nodes.ts";
import { unservableFindings } from "../explain/unservable.ts";
import { waysOut } from "../explain/ways-out.ts";
import { type WhatIf, whatIf } from "../explain/what-if.ts";
import { type Finding, PlanningError } from "../finding.ts";
import { mostNodesPerReplica } from "../layouts/layout.ts";
import { type EngineRelease, engineRelease } from "../layouts/release.ts";
import { type Corrector, correctorOf } from "../measurements/corrector.ts";
import type { MeasuredRun } from "../measurements/measured-run.ts";
import { pack } from "../packing/pack.ts";
import type { Ports } from "../ports.ts";
import { sha256 } from "../sha256.ts";
import { canonicalSpec } from "../spec/canonical-spec.ts";
import { devicesOf } from "../spec/devices.ts";
import type { EngineSpec, FleetSpec, WorkloadSpec } from "../spec/fleet-spec.ts";
import { fromMicro, roundToMicro, toMicro } from "../units.ts";
import { budgetStanding } from "./budget.ts";
import { commitmentAssumptions, commitmentFindings } from "./commitments.ts";
import { confidenceCost } from "./confidence-cost.ts";
import { dayCost } from "./day-cost.ts";
import { dayFindings } from "./day-findings.ts";
import type { FleetPlan, Optimality, PlanCost } from "./fleet-plan.ts";
import { fromLock } from "./from-lock.ts";
import { dayOf } from "./hours.ts";
import { notDeployable } from "./not-deployable.ts";
import { packingProblem } from "./packing-problem.ts";
import { paidFindings, unofferedFindings } from "./paid-findings.ts";
import { billBound, paidNodes } from "./paid-nodes.ts";
import { idleOf, planCost } from "./plan-cost.ts";
import { planAssumptions, planWarnings } from "./plan-findings.ts";
import { type Assembly, plannedPools } from "./planned-pools.ts";
import { plannedWorkloads } from "./planned-workloads.ts";
import { specLines } from "./spec-lines.ts";

/** What a plan says beyond the fleet, and who made it. Part of the named inputs: the same context gives the same bytes. */
export interface PlanContext {
  /** Defaults that were filled in while the spec was read. */
  readonly assumptions?: readonly Finding[];
  readonly plannerVersion?: string;
  /** The fleet that is deployed: the plan starts from it and pays for what it moves. */
  readonly deployed?: FleetPlan;
  /** Other ways to serve each workload, at most this many; 0 for none. */
  readonly alternatives?: number;
  /** Keep every rejected candidate with its reason, and say what the lines of the spec cost; with a workload's name, explain that workload. */
  readonly explain?: boolean | string;
  readonly measurements?: Measurements;
}

/** Measured runs that correct the predictions, and what is to be said of the file that they stand in. */
export interface Measurements {
  /** Hash of the file: a lock answers the measurements it was planned with. */
  readonly sha256: string;
  readonly runs: readonly MeasuredRun[];
  /** Lines that are not used, and why. */
  readonly refused: readonly Finding[];
}

/**
 * The cheapest fleet that serves the spec, with a proof of how close to the cheapest it is.
 * Pure: the same spec, catalog and context give the same plan to the byte.
 * @throws {PlanningError} when no fleet obeys every rule, with a finding for each cause.
 */
export async function planFleet(spec: FleetSpec, catalog: Catalog, ports: Ports = {}, context: PlanContext = {}): Promise<FleetPlan> {
  const { offers: sold, findings: offerFindings } = offersFor(spec, catalog);
  const sizes: Sizes = new Map();
  const { measurements } = context;
  const corrector = measurements === undefined ? null : correctorOf(measurements.runs, catalog.measurements);
  const search = (workload: WorkloadSpec, among: readonly Offer[]) => candidatesOf(workload, spec, catalog, among, sizes, corrector);
  let looked = 0;
  const { offers, searched } = searchAll(spec.workloads, sold, catalog, (workload, among) => {
    if (looked % 50 === 0) ports.progress?.("layouts", Math.min(1, looked / spec.workloads.length));
    looked++;
    return search(workload, among);
  });
  const rejected = searched.flatMap((found) => found.rejected);
  const candidates = searched.map((found) => found.taken);
  const situation = { spec, catalog, offers, search };
  const unservable = unservableFindings(situation, searched);
  const unserved = new Set(candidates.flatMap((found, index) => (found.length === 0 ? [index] : [])));
  const problem = without(packingProblem(spec, offers, candidates), unserved);
  const result = pack(problem, ports.progress);
  const reasons = "infeasible" in result ? everyReason(problem, result.infeasible) : [];
  const ask = whatIf(situation, searched);
  const blocking = [
    ...unservable,
    ...infeasibleFindings(spec, problem, reasons, catalog.slotVcpus),
    ...waysOut(situation, searched, reasons, ask),
  ];
  if (blocking.length > 0 || !("packing" in result)) throw new PlanningError(blocking);
  const fresh: Assembly = { spec, catalog, offers, candidates, packing: result.packing };
  const replanned = context.deployed === undefined ? null : fromLock(fresh, context.deployed);
  const assembly: Assembly = replanned === null ? fresh : { ...fresh, packing: replanned.packing };
  const day = dayOf(assembly);
  const idle = idleOf(assembly);
  const atPeak = planCost(assembly, idle);
  const pools = plannedPools(assembly, atPeak.byPool, day);
  const paid = paidNodes(idle, atPeak.byPool, catalog);
  const cost = { ...atPeak, ...dayCost(pools, paid) };
  const spans = searched.some(({ isTooLarge }) => isTooLarge);
  const optimality = optimalityOf(assembly, cost, spans);
  const workloads = plannedWorkloads(assembly, cost.byWorkload, day);
  const budget = budgetStanding(spec, cost, optimality);
  const givenUp = (budget.standing?.headroomUsdPerMonth ?? 0) < 0 ? insideBudget(spec, searched, cost, ask) : [];
  if (budget.broken !== null) throw new PlanningError([budget.broken, ...givenUp]);
  const paidForConfidence =
    context.explain === true
      ? await confidenceCost({ cost }, spec, (other) =>
          planFleet(other, catalog, {}, { ...(measurements === undefined ? {} : { measurements }) }),
        )
      : [];
  return {
    schemaVersion: 1,
    fleet: spec.fleet,
    inputs: {
      specSha256: sha256(canonicalSpec(spec)),
      catalogSha256: catalog.sha256,
      catalogAsOf: catalog.asOf,
      ...(measurements === undefined ? {} : { measurementsSha256: measurements.sha256 }),
      plannerVersion: context.plannerVersion ?? "unversioned",
      spec: specLines(spec),
    },
    tags: spec.tags,
    clusters: spec.clusters.filter(({ name }) => pools.some((pool) => pool.cluster === name)),
    pools,
    workloads,
    cost,
    ...(paid.length === 0 ? {} : { paidNodes: paid }),
    budget: budget.standing,
    optimality,
    assumptions: [
      ...(context.assumptions ?? []),
      ...planAssumptions(assembly, day),
      ...paidForConfidence,
      ...measurementAssumptions(measurements),
      ...commitmentAssumptions(pools, spec.commitment),
      ...paidFindings(paid),
    ],
    warnings: [
      ...budget.warnings,
      ...givenUp,
      ...planWarnings(assembly),
      ...(measurements?.refused ?? []),
      ...(day === null ? [] : [...dayFindings(assembly, day, replanned === null), ...smallerNodes(assembly, ask)]),
      ...commitmentFindings(pools),
      ...unofferedFindings(spec, catalog),
      ...offerFindings,
    ],
    notDeployable: notDeployable({ pools, workloads }),
    ...(replanned === null ? {} : { stability: replanned.stability }),
    ...alternativesAndRejections(assembly, rejected, context),
    ...explanations(assembly, situation, searched, context, ask),
  };
}

const releases = new WeakMap<Catalog, Map<string, EngineRelease | Finding>>();

/** Resolved once for all workloads on the same version. */
function releaseOf(catalog: Catalog, { name, version }: WorkloadSpec["engine"]): EngineRelease | Finding {
  const known = releases.get(catalog) ?? new Map<string, EngineRelease | Finding>();
  releases.set(catalog, known);
  const release = known.get(`${name}/${version}`) ?? engineRelease(catalog.engines, name, version);
  known.set(`${name}/${version}`, release);
  return release;
}

function measurementAssumptions(measurements: Measurements | undefined): Finding[] {
  if (measurements === undefined) return [];
  const { length } = measurements.runs;
  const message = `${length} measured ${length === 1 ? "run corrects" : "runs correct"} the predictions, the more the closer a prediction is to one`;
  return [{ code: "measurements-used", path: "measurements", message, value: length }];
}

function candidatesOf(
  workload: WorkloadSpec,
  spec: FleetSpec,
  catalog: Catalog,
  offers: readonly Offer[],
  sizes: Sizes,
  corrector: Corrector | null,
): Candidates {
  const model = catalog.models.find(({ id }) => id === workload.model);
  if (model === undefined) throw new Error(`workload ${workload.name} names a model that the catalog lacks: ${workload.model}`);
  const released = (engine: EngineSpec): ServingEngine => {
    const release = releaseOf(catalog, engine);
    if ("code" in release) throw new PlanningError([{ ...release, path: `${workload.path}.engine.version` }]);
    return { spec: engine, release };
  };
  const engine = released(workload.engine);
  const hostEngine = workload.hostEngine === undefined ? null : released(workload.hostEngine);
  // Nothing to serve: no replica, whatever the model.
  if (workload.demand.requestsPerSecond === 0) return { taken: [], rejected: [], isTooLarge: false };
  const { confidence } = spec;
  const devices = devicesOf(spec, workload);
  return candidatesFor({ workload, model, catalog, offers, devices, engine, hostEngine, confidence }, sizes, corrector);
}

/** What the search and the bound take as given beside the spec. A fleet outside these rules may cost less. */
const planRules = (spec: FleetSpec, spans: boolean, usesCpus: boolean): string[] => [
  spec.workloads.every(({ routing }) => routing === "weighted")
    ? "the replicas of a workload are in one cluster, and requests are sent to them by their capacity"
    : "the replicas of a workload have one layout on one GPU type in one cluster, because a Service spreads requests evenly over them",
  ...(spec.workloads.some(({ routing }) => routing === "weighted") && spec.workloads.some(({ routing }) => routing !== "weighted")
    ? ["those of a workload with routing: weighted have any layouts in one cluster, and requests are sent to them by their capacity"]
    : []),
  ...(spans ? [spanRule] : []),
  `a replica ${spans ? "of any other model " : ""}stays on one node and gets the share of its CPU and memory that it takes of its GPUs`,
  ...(usesCpus
    ? ["on CPU-only nodes they have one instance type, and a replica takes 1, 2, 4 or 8 slots of a node's vCPUs as another takes GPUs"]
    : []),
  ...(spec.workloads.some(({ maxReplicasPerNode }) => maxReplicasPerNode !== undefined)
    ? [
        "a workload with maxReplicasPerNode runs on nodes that hold no more of its replicas, because nothing keeps the scheduler from filling a node",
      ]
    : []),
];

const spanRule = `a replica of a model that no single node on offer holds spans 2 to ${mostNodesPerReplica} and owns them: whole nodes of one type in one zone, whose GPUs reach the network directly, with tensor parallelism inside a node and stages of layers from node to node`;

function optimalityOf(
  { packing, spec, catalog, offers }: Assembly,
  { usdPerHour }: Pick<PlanCost, "usdPerHour">,
  spans: boolean,
): Optimality {
  const lowerBoundUsdPerHour = fromMicro(Math.min(toMicro(usdPerHour), billBound({ spec, catalog }, packing.lowerBoundUsdPerHour)));
  const usesCpus = offers.some(({ gpu }) => gpu === null);
  return {
    status: lowerBoundUsdPerHour === usdPerHour ? "optimal" : "feasible",
    lowerBoundUsdPerHour,
    gap: usdPerHour > 0 ? roundToMicro((usdPerHour - lowerBoundUsdPerHour) / usdPerHour) : 0,
    restrictions: [...planRules(spec, spans, usesCpus), ...packing.restrictions],
  };
}

function alternativesAndRejections(
  assembly: Assembly,
  rejected: readonly RejectedCandidate[],
  context: PlanContext,
): Pick<FleetPlan, "alternatives" | "otherFleets" | "rejected"> {
  const count = context.alternatives ?? 0;
  const alternatives = assembly.spec.workloads.flatMap((workload, index) =>
    alternativesFor(assembly, workload, at(assembly.candidates, index), count),
  );
  const rejections = rejected.map(({ workload, candidate, finding }) => ({ workload, candidate, finding }));
  const fleets = count > 0 ? { alternatives, otherFleets: otherFleets(assembly, count) } : {};
  return { ...fleets, ...(context.explain !== undefined && context.explain !== false ? { rejected: rejections } : {}) };
}

/** Workloads of a fleet beyond which the lines of each are not priced one by one: every line is a search of its own. */
const workloadsPriced = 20;

function explanations(
  assembly: Assembly,
  situation: Situation,
  searched: readonly Candidates[],
  { explain }: PlanContext,
  ask: WhatIf,
): Pick<FleetPlan, "explanation" | "constraints"> {
  const { spec, packing } = assembly;
  if (typeof explain === "string") {
    const index = spec.workloads.findIndex(({ name }) => name === explain);
    return index < 0 ? {} : { explanation: explanationOf(assembly, situation, searched, index, ask) };
  }
  if (explain !== true) return {};
  const own =
    spec.workloads.length > workloadsPriced
      ? []
      : spec.workloads.flatMap((_, index) => workloadRelaxations(spec, index, at(searched, index).rejected));
  return { constraints: constraintPrices(spec, packing, [...fleetRelaxations(spec), ...own], ask) };
}
