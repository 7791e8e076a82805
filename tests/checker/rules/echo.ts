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
    const { requestsPerSecond, inputTokens, outputTokens, inputTokensP95, hourlyRequestsPerSecond, batch, callsFrom } = asked.demand;
    const optional = Object.entries({ batch, callsFrom }).filter(([, value]) => value !== undefined);
    const demand = { requestsPerSecond, inputTokens, outputTokens, inputTokensP95, ...Object.fromEntries(optional) };
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
    const { name, version, image, args } = asked.engine;
    const engines = planned.deployments.filter(
      ({ engine }) =>
        !isDeepStrictEqual(
          { name: engine.name, version: engine.version, image: engine.image, args: engine.args },
          { name, version, image, args },
        ),
    );
    const weights = planned.deployments.filter(
      ({ weights: { source, uri, revision, tokenSecret } }) => !isDeepStrictEqual({ source, uri, revision, tokenSecret }, asked.weights),
    );
    return [
      ...changed.map(([key]) => `workload ${asked.name}: the plan has another ${key}`),
      ...engines.map((deployment) => `deployment ${deployment.name}: another engine than asked for`),
      ...weights.map((deployment) => `deployment ${deployment.name}: other weights than asked for`),
    ];
  });
