import { isDeepStrictEqual } from "node:util";
import { type Rule, servedWorkloads } from "../subject.ts";

/** The plan repeats what was asked for: every workload once, in the spec's order, with its demand, SLO, availability and engine. */
export const answersTheSpec: Rule = (subject) => {
  const { spec, plan } = subject;
  const complaints: string[] = [];
  const asked = spec.workloads.map(({ name }) => name).join();
  if (plan.workloads.map(({ name }) => name).join() !== asked) complaints.push("the plan has other workloads than the spec");
  if (plan.fleet !== spec.fleet) complaints.push("the plan is for another fleet");
  if (!isDeepStrictEqual(plan.tags, spec.tags)) complaints.push("the fleet has other tags");
  return [...complaints, ...workloads(subject)];
};

const workloads: Rule = (subject) =>
  servedWorkloads(subject).flatMap(({ asked, planned }) => {
    const { hourlyRequestsPerSecond, lengths: _classes, prefixCacheHitRate: _hits, ...demand } = asked.demand;
    const pairs: Readonly<Record<string, readonly [unknown, unknown]>> = {
      model: [planned.model, asked.model],
      task: [planned.task, asked.task],
      costCenter: [planned.costCenter, asked.costCenter],
      tags: [planned.tags, asked.tags],
      slo: [planned.slo, asked.slo],
      availability: [planned.availability, asked.availability],
      spot: [planned.spot, asked.spot],
      confidence: [planned.confidence, subject.spec.confidence],
      demand: [planned.demand, hourlyRequestsPerSecond === null ? demand : { ...demand, hourlyRequestsPerSecond }],
    };
    const changed = Object.entries(pairs).filter(([, [is, was]]) => !isDeepStrictEqual(is, was));
    const engines = planned.deployments.filter(
      ({ engine: { name, version, image, args } }) =>
        ![asked.engine, asked.hostEngine].some(
          (engine) =>
            engine !== undefined &&
            isDeepStrictEqual({ name, version, args }, { name: engine.name, version: engine.version, args: engine.args }) &&
            isImageOf(image, engine.image, asked.task),
        ),
    );
    const weights = planned.deployments.filter(
      ({ weights: { source, uri, revision, tokenSecret } }) => !isDeepStrictEqual({ source, uri, revision, tokenSecret }, asked.weights),
    );
    const adapters = planned.deployments.filter(({ engine: { lora } }) => {
      const { onGpu: _places, downloadBytes: _files, ...named } = lora ?? {};
      const { onGpu: _wish, ...wanted } = asked.lora ?? {};
      return !isDeepStrictEqual(named, wanted) || (asked.lora?.onGpu ?? lora?.onGpu) !== lora?.onGpu;
    });
    return [
      ...adapters.map((deployment) => `deployment ${deployment.name}: other adapters than asked for`),
      ...changed.map(([key]) => `workload ${asked.name}: the plan has another ${key}`),
      ...engines.map((deployment) => `deployment ${deployment.name}: another engine than asked for`),
      ...weights.map((deployment) => `deployment ${deployment.name}: other weights than asked for`),
    ];
  });

/** Servers of embeddings and speech have an image for each kind of device: the same repository, another tag. */
const isImageOf = (image: string, asked: string, task: string): boolean =>
  image === asked || (task !== "generate" && image.split(":")[0] === asked.split(":")[0]);
