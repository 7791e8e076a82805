import type { Catalog } from "../catalog/catalog.ts";
import type { EngineRelease } from "../catalog/schema/engine.ts";
import type { Gpu } from "../catalog/schema/gpu.ts";
import type { Finding } from "../planner/finding.ts";
import type { Layout } from "../planner/layouts/layout.ts";
import { forWholeTexts } from "../planner/layouts/whole-texts.ts";
import { type Corrector, correctedEstimate } from "../planner/measurements/corrector.ts";
import type { MemoryBudget } from "../planner/memory/memory-budget.ts";
import { unpredictedAdapters } from "../planner/performance/adapters.ts";
import { engineTiming } from "../planner/performance/engine-generation.ts";
import { estimate } from "../planner/performance/estimate.ts";
import { isOfMeasuredKind, type Replica } from "../planner/performance/replica.ts";
import type { Lengths, Load, ServingPoint } from "../planner/performance/serving-point.ts";
import { servingPointOf } from "../planner/performance/task-performance.ts";
import { readEngineVersion } from "./engine-version.ts";
import { lengthsOf } from "./estimate-lengths.ts";
import type { EstimateRequest, SizeRequest } from "./request.ts";
import { present, type Resolved, resolveRequest, sizeOf } from "./sizing.ts";
import { withContextFor } from "./unasked-context.ts";

/** What was asked, with every default in it. */
interface Asked {
  readonly model: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly layout: Layout;
  /** What was taken for granted; empty when everything was said. */
  readonly assumptions: readonly Finding[];
}

/** Answer to one size request; field names are an interface (docs/batch.md). Without the figures when the engine refuses the layout. */
export type SizeAnswer = Asked &
  Partial<Omit<MemoryBudget, "kvBytesPerSequence" | "warning">> & { readonly fits: boolean; readonly finding: Finding | null };

/** Answer to one estimate request; field names are an interface (docs/batch.md). */
export type EstimateAnswer = Asked &
  Partial<ServingPoint> & { readonly fits: boolean; readonly finding: Finding | null; readonly load: Load; readonly lengths: Lengths };

export interface Unanswerable {
  readonly error: Finding;
}

export function answerSize(request: SizeRequest, catalog: Catalog, directory = "."): SizeAnswer | Unanswerable {
  const sized = sizedOnDevice(request, catalog, directory);
  return "error" in sized ? sized : sized.answer;
}

/** The answer, and the device whose memory it tells of. */
export function sizedOnDevice(
  request: SizeRequest,
  catalog: Catalog,
  directory: string,
): { readonly answer: SizeAnswer; readonly device: Gpu } | Unanswerable {
  const resolution = resolveRequest(request, catalog, directory);
  if ("finding" in resolution) return { error: resolution.finding };
  return { answer: sizeAnswer(resolution.resolved), device: resolution.resolved.gpu };
}

function sizeAnswer(resolved: Resolved): SizeAnswer {
  const asked = askedOf(resolved);
  const sizing = sizeOf(resolved);
  if ("finding" in sizing) return { ...asked, fits: false, finding: sizing.finding };
  const { kvBytesPerSequence: _, warning, ...figures } = sizing.memory;
  return { ...withWarning(asked, warning), ...figures };
}

export function answerEstimate(
  request: EstimateRequest,
  catalog: Catalog,
  directory = ".",
  corrector: Corrector | null = null,
): EstimateAnswer | Unanswerable {
  const asked = estimateCase(request, catalog, directory);
  if (!("replica" in asked)) return asked;
  const { replica, ...rest } = asked;
  if (replica.model.task === "generate") return { ...rest, ...estimateOf(replica, asked, corrector) };
  return { ...rest, ...servingPointOf(replica, catalog.taskPerformance, asked.lengths, asked.load) };
}

const estimateOf = (replica: Replica, { lengths, load }: EstimateCase, corrector: Corrector | null): ServingPoint =>
  isOfMeasuredKind(replica) ? correctedEstimate(replica, lengths, load, corrector) : estimate(replica, lengths, load);

/** One replica under one load, ready to be predicted or compared with what was measured. */
export type EstimateCase = Asked & { readonly replica: Replica; readonly load: Load; readonly lengths: Lengths };

/** An estimate request as the performance model's input; the answer itself where there is nothing to predict. */
export function estimateCase(request: EstimateRequest, catalog: Catalog, directory: string): EstimateCase | EstimateAnswer | Unanswerable {
  const { inputTokens, outputTokens, prefixCacheHitRate, documentsPerRequest, audioSeconds, ...rest } = request;
  const { concurrency, qps, saturated, batch, ...layoutRequest } = rest;
  const asWished = resolveRequest(layoutRequest, catalog, directory);
  if ("finding" in asWished) return { error: asWished.finding };
  const said = { inputTokens, outputTokens, prefixCacheHitRate, documentsPerRequest, audioSeconds };
  const lengths = lengthsOf(asWished.resolved.model, said, catalog);
  const load = loadOf({ concurrency, qps, saturated, batch });
  const isPlain = asWished.resolved.model.task === "generate";
  const resolved =
    isPlain && layoutRequest.maxModelLen === undefined ? withContextFor(asWished.resolved, lengths) : forTask(asWished.resolved);
  const { model, gpu, release, layout, speculation, adapters, network } = resolved;
  const text = lengths.documentsPerRequest === undefined ? null : lengths.inputTokens / lengths.documentsPerRequest;
  if (text !== null && text > layout.maxModelLen) return { error: textTooLong(text, layout) };
  const isTooLong = isPlain && layoutRequest.maxModelLen !== undefined && lengths.inputTokens + lengths.outputTokens > layout.maxModelLen;
  if (isTooLong) return { error: tooLong(lengths, layout) };
  const unpredicted = adapters === undefined ? null : unpredictedAdapters(model, release, "loraAdapters");
  if (unpredicted !== null) return { error: unpredicted };
  const asked = { ...askedOf(resolved), load, lengths };
  const sizing = sizeOf(resolved);
  if ("finding" in sizing) return { ...asked, fits: false, finding: sizing.finding };
  if (!sizing.memory.fits) return { ...asked, fits: false, finding: sizing.memory.finding };
  const { isStated } = readEngineVersion(release.engine, request.engineVersion, catalog);
  const { versionFactors } = engineTiming(catalog.stepTime, release.engine, release.version).generation;
  const releaseUnstated = isStated || versionFactors.length === 0 ? undefined : true;
  const replica = { model, gpu, release, layout, memory: sizing.memory, link: gpu.link, constants: catalog.stepTime };
  const warned = withWarning(asked, sizing.memory.warning);
  return {
    ...(releaseUnstated && isPlain ? withWarning(warned, releaseNotStated(release)) : warned),
    replica: { ...replica, ...present({ speculation, adapters, network, releaseUnstated }) },
  };
}

const withWarning = <Answer extends Asked>(asked: Answer, warning: Finding | null): Answer =>
  warning === null ? asked : { ...asked, assumptions: [...asked.assumptions, warning] };

const releaseNotStated = ({ engine, version }: EngineRelease): Finding => ({
  code: "engine-version-not-stated",
  path: "engineVersion",
  message: `memory is that of ${engine} ${version}, speed the mean of the releases that were measured: they differ by up to a third`,
  value: version,
});

const forTask = (resolved: Resolved): Resolved => ({ ...resolved, layout: forWholeTexts(resolved.model, resolved.layout) });

const textTooLong = (tokens: number, { maxModelLen }: Layout): Finding => ({
  code: "longer-than-max-model-len",
  path: "inputTokens",
  message: `a text of ${Math.ceil(tokens)} tokens is longer than ${maxModelLen}, and the engine refuses it`,
  value: Math.ceil(tokens),
  limit: maxModelLen,
  unit: "tokens",
  suggestion: "say in documentsPerRequest how many texts share the input tokens",
});

const tooLong = ({ inputTokens, outputTokens }: Lengths, { maxModelLen }: Layout): Finding => ({
  code: "longer-than-max-model-len",
  path: "maxModelLen",
  message: `a request of ${inputTokens} + ${outputTokens} tokens is longer than ${maxModelLen}, and the engine refuses it`,
  value: inputTokens + outputTokens,
  limit: maxModelLen,
  unit: "tokens",
  suggestion: `use ${inputTokens + outputTokens} or more, or shorter requests`,
});

function loadOf(asked: Pick<EstimateRequest, "concurrency" | "qps" | "saturated" | "batch">): Load {
  if (asked.concurrency !== undefined) return { kind: "closed", concurrency: asked.concurrency };
  if (asked.qps !== undefined) return { kind: "open", requestsPerSecond: asked.qps };
  if (asked.batch !== undefined) return { kind: "batch", requests: asked.batch };
  return { kind: "saturated" };
}

const askedOf = ({ model, release, layout, assumptions }: Resolved): Asked => ({
  model: model.id,
  engine: release.engine,
  engineVersion: release.version,
  layout,
  assumptions,
});
