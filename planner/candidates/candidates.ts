import type { Catalog } from "../../catalog/catalog.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import { at } from "../element.ts";
import type { Finding } from "../finding.ts";
import { adapterLayoutFinding, adaptersOf } from "../layouts/adapters.ts";
import { engineImage } from "../layouts/engine-image.ts";
import { gpusPerReplica, type Layout, layoutKey } from "../layouts/layout.ts";
import type { EngineRelease } from "../layouts/release.ts";
import { correctedCapacity } from "../measurements/corrected-capacity.ts";
import type { Corrector } from "../measurements/corrector.ts";
import { servedAdapterBytes } from "../memory/adapters.ts";
import { besideOf, speculationOf } from "../performance/named-speculation.ts";
import { isOfMeasuredKind, type Replica } from "../performance/replica.ts";
import type { Lengths } from "../performance/serving-point.ts";
import { draftFinding } from "../performance/speculation.ts";
import { capacityOf } from "../performance/task-performance.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import { gibibyte } from "../units.ts";
import type { Candidate, RejectedCandidate } from "./candidate.ts";
import { type HeldBytes, hostNeed, hostShare, suffices } from "./host-share.ts";
import type { Offer } from "./offer.ts";
import { spotPoolAway } from "./pool-risk.ts";
import { layoutsFor, sizedLayout } from "./task-layouts.ts";

export interface Candidates {
  readonly taken: readonly Candidate[];
  readonly rejected: readonly RejectedCandidate[];
}

interface Subject {
  readonly workload: WorkloadSpec;
  readonly model: Model;
  readonly release: EngineRelease;
  readonly catalog: Catalog;
  readonly confidence: number;
  readonly offers: readonly Offer[];
  readonly lengths: Lengths;
  /** From measured runs; null without any. */
  readonly corrector: Corrector | null;
}

/** Nodes of one GPU type in one cluster whose GPUs talk over the same kind of link: what a layout's capacity depends on. */
interface NodeGroup {
  readonly cluster: string;
  /** The catalog's GPU, with the link that these nodes give it. */
  readonly gpu: Gpu;
  /** True where that is not the link the GPU could have. */
  readonly rewired: boolean;
  readonly offers: readonly number[];
}

/** Every layout of the workload's model on every kind of node on offer: taken with its capacity, or rejected with the reason. */
export function candidatesFor(
  workload: WorkloadSpec,
  model: Model,
  release: EngineRelease,
  catalog: Catalog,
  offers: readonly Offer[],
  confidence: number,
  sizes: Sizes = new Map(),
  corrector: Corrector | null = null,
): Candidates {
  const { requestsPerSecond: _rate, hourlyRequestsPerSecond: _hours, lengths: classes, ...means } = workload.demand;
  const lengths = { ...means, ...(classes === null ? {} : { classes }) };
  const subject = { workload, model, release, catalog, confidence, offers, lengths, corrector };
  const taken: Candidate[] = [];
  const rejected: RejectedCandidate[] = [];
  const question = sizeQuestion(subject);
  for (const group of nodeGroups(subject)) {
    const { legal, illegal } = layoutsFor(workload, model, group.gpu, release);
    const reject = (layout: Layout, finding: Finding) =>
      rejected.push({
        workload: workload.name,
        candidate: `${group.cluster}/${layoutKey(layout)}`,
        cluster: group.cluster,
        layout,
        finding,
      });
    for (const { layout, finding } of illegal) reject(layout, finding);
    for (const layout of legal) {
      const key = `${question}/${group.gpu.link}/${layoutKey(layout)}`;
      const sized = sizes.get(key) ?? size(subject, group, layout);
      sizes.set(key, sized);
      const fitting = sized.ok ? offersThatHold(subject, group, layout, heldBytes(sized.replica)) : [];
      if (!sized.ok) reject(layout, sized.finding);
      else if (fitting.length === 0) reject(layout, noNodeHolds(subject, group, layout, heldBytes(sized.replica)));
      else taken.push(candidate(subject, group, sized, fitting));
    }
  }
  return { taken, rejected };
}

/** Replicas of one catalog at one confidence, each by all else that its memory and capacity depend on: workloads that ask the same share the answer. */
export type Sizes = Map<string, Sized>;

function sizeQuestion({ workload, model, release, lengths }: Subject): string {
  const { kvCacheDtype, maxModelLen, slo, speculative, lora } = workload;
  const beside = [speculative ?? null, lora ?? null];
  return JSON.stringify([model.id, release.engine, release.version, kvCacheDtype, maxModelLen, lengths, slo, ...beside]);
}

function nodeGroups(subject: Subject): NodeGroup[] {
  const groups = new Map<string, NodeGroup & { offers: number[] }>();
  const instances = new Map(subject.catalog.instanceTypes.map((instance) => [instance.id, instance]));
  const gpus = new Map(subject.catalog.gpus.map((gpu) => [gpu.id, gpu]));
  for (const [index, offer] of subject.offers.entries()) {
    const gpu = gpus.get(offer.gpu);
    const { clusters, dedicatedNodes, name } = subject.workload;
    if (gpu === undefined || (clusters.length > 0 && !clusters.includes(offer.cluster))) continue;
    if (offer.tenant !== (dedicatedNodes === true ? name : undefined)) continue;
    const link = linkBetween(gpu, offer.gpusPerNode, instances.get(offer.instanceType)?.interconnect ?? null);
    const key = `${offer.cluster}/${gpu.id}/${link}`;
    const group = groups.get(key) ?? {
      cluster: offer.cluster,
      gpu: link === gpu.link ? gpu : { ...gpu, link },
      rewired: link !== gpu.link,
      offers: [],
    };
    group.offers.push(index);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** GPUs that could talk over NVLink do not in a node that only wires PCIe. A node of one GPU needs no link: it joins the GPU's own group. */
function linkBetween(gpu: Gpu, gpusPerNode: number, interconnect: string | null): Gpu["link"] {
  const wired = gpusPerNode === 1 || interconnect !== "pcie" || gpu.link.startsWith("pcie");
  if (wired) return gpu.link;
  return gpu.pcieGen === 3 ? "pcie3" : gpu.pcieGen === 4 ? "pcie4" : "pcie5";
}

type Sized =
  | (Pick<Candidate, "replica" | "capacityRequestsPerSecond" | "binding" | "atCapacity"> & { readonly ok: true })
  | { readonly ok: false; readonly finding: Finding };

function size(subject: Subject, group: NodeGroup, wish: Layout): Sized {
  const { model, release, catalog, workload } = subject;
  const { gpu } = group;
  const speculation = speculationOf(workload.speculative, catalog);
  const adapters = adaptersOf(workload.lora, wish);
  const refused =
    (speculation === undefined ? null : draftFinding(speculation, wish, workload.path)) ??
    (adapters === undefined ? null : adapterLayoutFinding(model, wish, release, workload.path));
  if (refused !== null) return { ok: false, finding: refused };
  const { layout, memory } = sizedLayout(model, gpu, release, wish, besideOf(speculation, adapters));
  if (!memory.fits && memory.finding !== null) return { ok: false, finding: memory.finding };
  const plain = { model, gpu, release, layout, memory, link: gpu.link, constants: catalog.stepTime };
  const drafting = speculation === undefined ? {} : { speculation };
  const predicted = { ...plain, ...drafting, ...(adapters === undefined ? {} : { adapters }) };
  const { slo } = workload;
  const corrector = isOfMeasuredKind(predicted) ? subject.corrector : null;
  const { replica, capacity: found } =
    model.task === "generate"
      ? correctedCapacity(predicted, subject.lengths, slo, subject.confidence, corrector)
      : { replica: predicted, capacity: capacityOf(predicted, catalog.taskPerformance, subject.lengths, slo, subject.confidence) };
  if ("finding" in found) return { ok: false, finding: found.finding };
  return { ok: true, replica, capacityRequestsPerSecond: found.requestsPerSecond, binding: found.binding, atCapacity: found.point };
}

const heldBytes = ({ model, memory, adapters }: Replica): HeldBytes => ({
  weightBytes: memory.weightBytes,
  adapterBytes: servedAdapterBytes(model, adapters),
});

/** Only nodes that whole replicas fill: with a rest, the scheduler could leave GPUs that the plan counts on without a place for a replica. */
function offersThatHold(subject: Subject, group: NodeGroup, layout: Layout, held: HeldBytes): number[] {
  const gpus = gpusPerReplica(layout);
  const need = hostNeed(subject.catalog.serving, gpus, held, subject.workload.hostPerReplica);
  return group.offers.filter((index) => {
    const offer = subject.offers[index];
    return (
      offer !== undefined && offer.gpusPerNode % gpus === 0 && suffices(hostShare(offer, gpus), need) && !holdsTooMany(subject, offer, gpus)
    );
  });
}

/** Nothing keeps the scheduler from filling a node, so a limit of replicas on a node is one of the node's size. */
const holdsTooMany = ({ workload }: Subject, { gpusPerNode }: Offer, gpus: number): boolean =>
  gpusPerNode / gpus > (workload.maxReplicasPerNode ?? Number.POSITIVE_INFINITY);

function noNodeHolds(subject: Subject, group: NodeGroup, layout: Layout, held: HeldBytes): Finding {
  const gpus = gpusPerReplica(layout);
  const nodes = group.offers.flatMap((index) => subject.offers[index] ?? []);
  const largest = Math.max(...nodes.map((offer) => offer.gpusPerNode));
  if (largest < gpus) {
    return {
      code: "no-node-large-enough",
      path: subject.workload.path,
      message: `a replica needs ${gpus} GPUs in one node; the largest ${group.gpu.id} node on offer has ${largest}`,
      value: gpus,
      limit: largest,
      unit: "GPUs",
    };
  }
  const divided = nodes.filter((offer) => offer.gpusPerNode % gpus === 0);
  if (divided.length === 0) {
    return {
      code: "node-not-divisible",
      path: subject.workload.path,
      message: `a replica takes ${gpus} GPUs, which do not divide a ${group.gpu.id} node of ${largest}`,
      value: gpus,
      limit: largest,
      unit: "GPUs",
    };
  }
  const small = divided.filter((offer) => !holdsTooMany(subject, offer, gpus));
  if (small.length === 0) {
    const fewest = Math.min(...divided.map((offer) => offer.gpusPerNode / gpus));
    return {
      code: "node-holds-too-many",
      path: `${subject.workload.path}.maxReplicasPerNode`,
      message: `the smallest ${group.gpu.id} node on offer holds ${fewest} of its replicas`,
      value: fewest,
      limit: subject.workload.maxReplicasPerNode ?? null,
      unit: "replicas",
    };
  }
  const need = hostNeed(subject.catalog.serving, gpus, held, subject.workload.hostPerReplica);
  const shares = small.map((offer) => hostShare(offer, gpus));
  const memory = Math.max(...shares.map(({ memoryBytes }) => memoryBytes));
  const vcpus = Math.max(...shares.map((share) => share.vcpus));
  return {
    code: "host-too-small",
    path: subject.workload.path,
    message: `a replica needs ${need.vcpus} vCPU and ${(need.memoryBytes / gibibyte).toFixed(1)} GiB of host memory; its share of the roomiest nodes has ${vcpus} vCPU and ${(memory / gibibyte).toFixed(1)} GiB`,
    value: need.memoryBytes,
    limit: memory,
    unit: "bytes",
  };
}

function candidate(subject: Subject, group: NodeGroup, sized: Sized & { ok: true }, offers: readonly number[]): Candidate {
  const { ok: _, ...figures } = sized;
  return {
    id: `${group.cluster}/${layoutKey(sized.replica.layout)}${group.rewired ? `-${group.gpu.link}` : ""}`,
    cluster: group.cluster,
    gpusPerReplica: gpusPerReplica(sized.replica.layout),
    lengths: subject.lengths,
    engine: { ...subject.workload.engine, image: engineImage(subject.workload.engine.image, sized.replica.release, group.gpu) },
    spotPoolAway: spotPoolAway(
      subject.catalog,
      offers.map((index) => at(subject.offers, index)),
      sized.replica,
    ),
    offers,
    ...figures,
  };
}
