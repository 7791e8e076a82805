import type { Candidate } from "../candidates/candidate.ts";
import type { Offer } from "../candidates/offer.ts";
import { offersFor } from "../candidates/offers.ts";
import { searchAll } from "../candidates/spanning-offers.ts";
import { devicesOf } from "../spec/devices.ts";
import type { AllowDeny, FleetSpec, WorkloadSpec } from "../spec/fleet-spec.ts";
import type { Situation } from "./situation.ts";

export const everything: AllowDeny = { allow: [], deny: [] };

interface Lifted {
  readonly spec: FleetSpec;
  readonly workload: WorkloadSpec;
  readonly advice: (offer: Offer) => string;
}

const isNarrow = ({ allow, deny }: AllowDeny): boolean => allow.length + deny.length > 0;

/** The lines of the spec of which any one, if it were not there, would let the workload be served; null when none would. */
export function linesInTheWay(situation: Situation, workload: WorkloadSpec): string | null {
  const lifted = linesOf(situation.spec, workload).flatMap((line) => {
    const offer = cheapestWith(situation, line);
    return offer === null ? [] : [line.advice(offer)];
  });
  const advice = [...fewerAdapters(situation, workload), ...lifted];
  return advice.length === 0 ? null : advice.join(", or ");
}

/** Half as many adapters on the GPU, a quarter and so on, down to the first that leave room; nothing where none do. */
function fewerAdapters({ offers, search }: Situation, workload: WorkloadSpec): string[] {
  const { lora } = workload;
  if (lora === undefined) return [];
  for (let onGpu = Math.floor((lora.onGpu ?? lora.adapters) / 2); onGpu >= 1; onGpu = Math.floor(onGpu / 2)) {
    if (search({ ...workload, lora: { ...lora, onGpu } }, offers).taken.length > 0) return [`lower lora.onGpu to ${onGpu}`];
  }
  return [];
}

function linesOf(spec: FleetSpec, workload: WorkloadSpec): Lifted[] {
  const { gpus, instances, markets } = spec;
  const lines: Lifted[] = [];
  if (isNarrow(gpus)) {
    lines.push({ spec: { ...spec, gpus: everything }, workload, advice: (offer) => `let gpus allow ${offer.gpu} (${offer.instanceType})` });
  }
  if (workload.hostEngine !== undefined && devicesOf(spec, workload).length === 1) {
    const onBoth: WorkloadSpec = { ...workload, devices: ["gpu", "cpu"] };
    const workloads = spec.workloads.map((one) => (one.path === workload.path ? onBoth : one));
    const kind = ({ gpu }: Offer): string => (gpu === null ? "cpu" : "gpu");
    lines.push({
      spec: { ...spec, workloads },
      workload: onBoth,
      advice: (offer) => `let its devices name ${kind(offer)} (${offer.instanceType})`,
    });
  }
  if (isNarrow(instances)) {
    lines.push({ spec: { ...spec, instances: everything }, workload, advice: (offer) => `let instances allow ${offer.instanceType}` });
  }
  if (!markets.includes("on-demand")) {
    const wider = { ...spec, markets: [...markets, "on-demand" as const] };
    lines.push({ spec: wider, workload, advice: (offer) => `add on-demand to markets (${offer.instanceType})` });
  }
  if (workload.clusters.length > 0) {
    const anywhere = { ...workload, clusters: [] };
    lines.push({ spec, workload: anywhere, advice: (offer) => `let its clusters name ${offer.cluster} (${offer.instanceType})` });
  }
  return lines;
}

function cheapestWith({ catalog, search }: Situation, { spec, workload }: Lifted): Offer | null {
  const { offers, searched } = searchAll([workload], offersFor(spec, catalog).offers, catalog, search);
  const usable = (offer: Offer): boolean => offer.market !== "spot" || workload.spot.maxShare === 1;
  const taken = searched.flatMap((found) => found.taken);
  const priced = taken.flatMap((candidate) =>
    candidate.offers.flatMap((index) => {
      const offer = offers[index];
      return offer === undefined || !usable(offer) ? [] : [{ offer, usdPerHour: fleetPrice(candidate, offer, workload) }];
    }),
  );
  return priced.toSorted((a, b) => a.usdPerHour - b.usdPerHour || (a.offer.id < b.offer.id ? -1 : 1))[0]?.offer ?? null;
}

/** The price of its replicas' share of nodes: enough to tell the cheap from the dear. */
function fleetPrice({ capacityRequestsPerSecond, slotsPerReplica }: Candidate, offer: Offer, { demand }: WorkloadSpec): number {
  const replicas = Math.ceil(demand.requestsPerSecond / capacityRequestsPerSecond);
  return Math.ceil((replicas * slotsPerReplica) / offer.slotsPerNode) * offer.usdPerNodeHour;
}
