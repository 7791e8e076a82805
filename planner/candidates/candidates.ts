import type { Model } from "../../catalog/schema/model.ts";
import { at } from "../element.ts";
import type { Finding } from "../finding.ts";
import { adapterLayoutFinding, adaptersOf } from "../layouts/adapters.ts";
import { engineImage } from "../layouts/engine-image.ts";
import { gpusPerReplica, type Layout, layoutKey } from "../layouts/layout.ts";
import { correctedCapacity } from "../measurements/corrected-capacity.ts";
import type { Corrector } from "../measurements/corrector.ts";
import { servedAdapterBytes } from "../memory/adapters.ts";
import { besideOf, speculationOf } from "../performance/named-speculation.ts";
import { isOfMeasuredKind, type Replica } from "../performance/replica.ts";
import type { Lengths } from "../performance/serving-point.ts";
import { draftFinding } from "../performance/speculation.ts";
import { capacityOf } from "../performance/task-performance.ts";
import { gibibyte } from "../units.ts";
import type { Candidate, RejectedCandidate } from "./candidate.ts";
import { cpuNeed, type HeldBytes, hostNeed, hostShare, suffices } from "./host-share.ts";
import { isSameHardware, type NodeGroup, type NodesFor, nodeGroups, spanOf } from "./node-groups.ts";
import { type Offer, slotsTogether } from "./offer.ts";
import { spotPoolAway } from "./pool-risk.ts";
import { processorFinding } from "./processor-support.ts";
import { noNetwork } from "./spanning-offers.ts";
import { layoutsFor, sizedLayout } from "./task-layouts.ts";

export interface Candidates {
  readonly taken: readonly Candidate[];
  readonly rejected: readonly RejectedCandidate[];
  /** No single node on offer holds the model's weights: a replica may span several. */
  readonly isTooLarge: boolean;
}

/** What is asked: a workload's model on the nodes that it may use. */
export interface CandidateQuestion extends NodesFor {
  readonly model: Model;
  readonly confidence: number;
}

interface Subject extends CandidateQuestion {
  readonly lengths: Lengths;
  /** From measured runs; null without any. */
  readonly corrector: Corrector | null;
}

/** Every layout of the workload's model on every kind of node on offer: taken with its capacity, or rejected with the reason. */
export function candidatesFor(asked: CandidateQuestion, sizes: Sizes = new Map(), corrector: Corrector | null = null): Candidates {
  const { requestsPerSecond: _rate, hourlyRequestsPerSecond: _hours, lengths: classes, ...means } = asked.workload.demand;
  const lengths = { ...means, ...(classes === null ? {} : { classes }) };
  const subject = { ...asked, lengths, corrector };
  const found: Found = { taken: [], rejected: [], fits: [] };
  const single = nodeGroups(subject, false);
  for (const group of single) lookAt(subject, group, sizes, found);
  const isTooLarge = found.fits.length > 0 && !found.fits.includes(true);
  if (isTooLarge && isDivisibleOverNodes(subject)) {
    const spans = nodeGroups(subject, true);
    for (const group of spans) lookAt(subject, group, sizes, found);
    const unlinked = single.filter((group) => !spans.some((span) => isSameHardware(group, span)));
    found.rejected.push(...unlinked.flatMap((group) => withoutNetwork(subject, group)));
  }
  const { taken, rejected } = found;
  return { taken, rejected, isTooLarge };
}

interface Found {
  readonly taken: Candidate[];
  readonly rejected: RejectedCandidate[];
  /** Of each layout that some node has the GPUs for: whether they hold the weights. */
  readonly fits: boolean[];
}

/** Every layout on one kind of nodes. */
function lookAt(subject: Subject, group: NodeGroup, sizes: Sizes, { taken, rejected, fits }: Found): void {
  const { workload, model } = subject;
  const question = sizeQuestion(subject, group);
  const { legal, illegal } = layoutsFor(workload, model, group.gpu, group.engine.release, { ...spanOf(group), vcpus: group.part?.vcpus });
  const reject = (layout: Layout, finding: Finding) =>
    rejected.push({
      workload: workload.name,
      candidate: `${group.cluster}/${layoutKey(layout)}${group.part === null ? "" : group.suffix}${spanSuffix(group)}`,
      cluster: group.cluster,
      layout,
      finding,
    });
  // What is illegal over two nodes is illegal over more.
  if (!isLargerSpan(group)) for (const { layout, finding } of illegal) reject(layout, finding);
  for (const layout of legal) {
    const key = `${question}/${layoutKey(layout)}${spanSuffix(group)}`;
    const sized = sizes.get(key) ?? size(subject, group, layout);
    sizes.set(key, sized);
    if (sized.fits !== null && hasNodeFor(subject, group, layout)) fits.push(sized.fits);
    const fitting = sized.ok ? offersThatHold(subject, group, layout, heldBytes(sized.replica)) : [];
    if (!sized.ok) reject(layout, sized.finding);
    else if (fitting.length === 0) reject(layout, noNodeHolds(subject, group, layout, heldBytes(sized.replica)));
    else taken.push(candidate(subject, group, sized, fitting));
  }
}

/** Text generation alone has pipelines over nodes. */
const isDivisibleOverNodes = ({ model }: Subject): boolean => model.task === "generate";

const isLargerSpan = ({ span }: NodeGroup): boolean => span !== undefined && span.network.nodes > 2;

/** The largest layout that one of these nodes has room for by its GPUs, with what keeps it from being more than one node's. */
function withoutNetwork(subject: Subject, group: NodeGroup): RejectedCandidate[] {
  const { workload, model, catalog, offers } = subject;
  const layout = layoutsFor(workload, model, group.gpu, group.engine.release).legal.findLast((one) => hasNodeFor(subject, group, one));
  if (layout === undefined) return [];
  const instanceTypes = [...new Set(group.offers.map((index) => at(offers, index).instanceType))];
  const finding = noNetwork(workload.path, group.gpu.id, instanceTypes, catalog);
  return [{ workload: workload.name, candidate: `${group.cluster}/${layoutKey(layout)}`, cluster: group.cluster, layout, finding }];
}

/** Two kinds of nodes may have the same layout and another network. */
const spanSuffix = ({ span }: NodeGroup): string =>
  span === undefined ? "" : `-${span.network.nodes}x${Math.round((span.network.bytesPerSecond * 8) / 1e9)}gbps`;

const hasNodeFor = ({ offers }: Subject, group: NodeGroup, layout: Layout): boolean =>
  group.offers.some((index) => slotsTogether(at(offers, index)) >= slotsOf(group, layout));

/** Replicas of one catalog at one confidence, each by all else that its memory and capacity depend on: workloads that ask the same share the answer. */
export type Sizes = Map<string, Sized>;

function sizeQuestion({ workload, model, lengths }: Subject, { engine: { release }, gpu, part, suffix }: NodeGroup): string {
  const { kvCacheDtype, maxModelLen, slo, speculative, lora } = workload;
  const beside = [speculative ?? null, lora ?? null];
  const asked = JSON.stringify([model.id, release.engine, release.version, kvCacheDtype, maxModelLen, lengths, slo, ...beside]);
  return `${asked}/${gpu.link}${part === null ? "" : suffix}`;
}

type Sized =
  | (Pick<Candidate, "replica" | "capacityRequestsPerSecond" | "binding" | "atCapacity"> & { readonly ok: true; readonly fits: true })
  | { readonly ok: false; readonly fits: boolean | null; readonly finding: Finding };

/** GPUs, or slots of a node without, that a replica takes. */
const slotsOf = (group: NodeGroup, layout: Layout): number => group.part?.slots ?? gpusPerReplica(layout);

function size(subject: Subject, group: NodeGroup, wish: Layout): Sized {
  const { model, catalog, workload } = subject;
  const { gpu } = group;
  const { release } = group.engine;
  const speculation = speculationOf(workload.speculative, catalog);
  const adapters = adaptersOf(workload.lora, wish);
  const refused =
    processorFinding(subject, group) ??
    (speculation === undefined ? null : draftFinding(speculation, wish, workload.path)) ??
    (adapters === undefined ? null : adapterLayoutFinding(model, wish, release, workload.path));
  if (refused !== null) return { ok: false, fits: null, finding: refused };
  const { layout, memory } = sizedLayout(model, gpu, release, wish, besideOf(speculation, adapters));
  if (!memory.fits && memory.finding !== null) {
    const hasBeside = speculation !== undefined || adapters !== undefined;
    const { finding: ofModel } = hasBeside ? sizedLayout(model, gpu, release, wish).memory : memory;
    return { ok: false, fits: ofModel === null || holdsWeights(ofModel), finding: memory.finding };
  }
  const plain = { model, gpu, release, layout, memory, link: gpu.link, constants: catalog.stepTime };
  const { network } = group.span ?? {};
  const predicted = {
    ...plain,
    ...(speculation === undefined ? {} : { speculation }),
    ...(adapters === undefined ? {} : { adapters }),
    ...(network === undefined ? {} : { network }),
  };
  const { slo } = workload;
  const corrector = isOfMeasuredKind(predicted) ? subject.corrector : null;
  const { replica, capacity: found } =
    model.task === "generate"
      ? correctedCapacity(predicted, subject.lengths, slo, subject.confidence, corrector)
      : { replica: predicted, capacity: capacityOf(predicted, catalog.taskPerformance, subject.lengths, slo, subject.confidence) };
  if ("finding" in found) return { ok: false, fits: true, finding: found.finding };
  return {
    ok: true,
    fits: true,
    replica,
    capacityRequestsPerSecond: found.requestsPerSecond,
    binding: found.binding,
    atCapacity: found.point,
  };
}

/**
 * Of the model alone: adapters and drafts that find no room beside it do not make it larger than a node. Weights that leave too little room for one
 * long request are held all the same: a shorter one is the way out. Null where nothing is known of the memory.
 */
function holdsWeights({ code }: Finding): boolean | null {
  if (code === "does-not-fit") return false;
  return code === "context-does-not-fit" || code === "cuda-graphs-do-not-fit" ? true : null;
}

const heldBytes = ({ model, memory, adapters }: Replica): HeldBytes => ({
  weightBytes: memory.weightBytes,
  adapterBytes: servedAdapterBytes(model, adapters),
});

/** Only nodes that whole replicas fill: with a rest, the scheduler could leave GPUs that the plan counts on without a place for a replica. */
function offersThatHold(subject: Subject, group: NodeGroup, layout: Layout, held: HeldBytes): number[] {
  const slots = slotsOf(group, layout);
  const need = needOf(subject, group, layout, held);
  return group.offers.filter((index) => {
    const offer = subject.offers[index];
    return (
      offer !== undefined &&
      slotsTogether(offer) % slots === 0 &&
      suffices(hostShare(offer, slots), need) &&
      !holdsTooMany(subject, offer, slots)
    );
  });
}

const needOf = ({ catalog: { serving }, workload: { hostPerReplica } }: Subject, group: NodeGroup, layout: Layout, held: HeldBytes) =>
  group.part === null
    ? hostNeed(serving, gpusPerReplica(layout), held, hostPerReplica)
    : cpuNeed(serving, held.weightBytes, hostPerReplica);

/** Nothing keeps the scheduler from filling a node, so a limit of replicas on a node is one of the node's size. */
const holdsTooMany = ({ workload }: Subject, offer: Offer, slots: number): boolean =>
  slotsTogether(offer) / slots > (workload.maxReplicasPerNode ?? Number.POSITIVE_INFINITY);

function noNodeHolds(subject: Subject, group: NodeGroup, layout: Layout, held: HeldBytes): Finding {
  const gpus = slotsOf(group, layout);
  const nodes = group.offers.flatMap((index) => subject.offers[index] ?? []);
  const largest = Math.max(...nodes.map(slotsTogether));
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
  const divided = nodes.filter((offer) => slotsTogether(offer) % gpus === 0);
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
    const fewest = Math.min(...divided.map((offer) => slotsTogether(offer) / gpus));
    return {
      code: "node-holds-too-many",
      path: `${subject.workload.path}.maxReplicasPerNode`,
      message: `the smallest ${group.gpu.id} node on offer holds ${fewest} of its replicas`,
      value: fewest,
      limit: subject.workload.maxReplicasPerNode ?? null,
      unit: "replicas",
    };
  }
  const need = needOf(subject, group, layout, held);
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
  const { ok: _, fits: __, ...figures } = sized;
  return {
    id: `${group.cluster}/${layoutKey(sized.replica.layout)}${group.suffix}${spanSuffix(group)}`,
    cluster: group.cluster,
    slotsPerReplica: slotsOf(group, sized.replica.layout),
    lengths: subject.lengths,
    engine: { ...group.engine.spec, image: engineImage(group.engine.spec.image, sized.replica.release, group.gpu) },
    spotPoolAway: spotPoolAway(
      subject.catalog,
      offers.map((index) => at(subject.offers, index)),
      sized.replica,
    ),
    offers,
    ...figures,
  };
}
