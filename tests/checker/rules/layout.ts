import { allPlaced, failing, placedIn, type Rule, servedWorkloads } from "../subject.ts";

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

/** Law 9: one layout on one GPU type in one cluster for each workload. And a replica lies inside one node. */
export const layoutIsOne: Rule = (subject) => [...mixedLayouts(subject), ...splitReplicas(subject)];

const mixedLayouts: Rule = (subject) =>
  servedWorkloads(subject).flatMap((served) => {
    const layouts = placedIn(subject, served).map(({ deployment, pool }) =>
      JSON.stringify({
        cluster: pool.cluster,
        gpu: pool.gpu,
        precision: deployment.precision,
        kvCacheDtype: deployment.kvCacheDtype,
        parallel: [deployment.tensorParallel, deployment.pipelineParallel, deployment.dataParallel, deployment.expertParallel],
        capacity: deployment.capacityRequestsPerSecondPerReplica,
        engine: deployment.engine,
        memory: deployment.memory,
        weights: deployment.weights,
      }),
    );
    return new Set(layouts).size > 1 ? [`workload ${served.asked.name}: its replicas have more than one layout, GPU or cluster`] : [];
  });

const splitReplicas: Rule = (subject) =>
  allPlaced(subject).flatMap(({ deployment, pool, asked }) => {
    const { gpusPerReplica, tensorParallel, pipelineParallel, dataParallel, expertParallel, precision } = deployment;
    const group = tensorParallel * dataParallel;
    const isAsked = asked.precisions.includes(precision) || (precision === "fp16" && asked.precisions.includes("bf16"));
    return failing([
      [gpusPerReplica === group * pipelineParallel, "its GPUs are not the product of its parallel sizes"],
      [isPowerOfTwo(gpusPerReplica), `${gpusPerReplica} GPUs are no power of two`],
      [expertParallel === 1 || expertParallel === group, "experts span neither one GPU nor the whole group"],
      [deployment.nodesPerReplica === 1 && gpusPerReplica <= pool.gpusPerNode, "a replica does not lie inside one node"],
      [pool.gpusPerNode % gpusPerReplica === 0, `${gpusPerReplica} GPUs do not divide a node of ${pool.gpusPerNode}`],
      [isAsked, `the precision ${precision} was not asked for`],
      [deployment.weights.format === precision, "the weights have another format than the layout"],
      [deployment.engine.maxModelLen === asked.maxModelLen, `maxModelLen is ${deployment.engine.maxModelLen}, not ${asked.maxModelLen}`],
      [asked.kvCacheDtype === "auto" || deployment.kvCacheDtype === asked.kvCacheDtype, "another kvCacheDtype than asked for"],
    ]).map((text) => `deployment ${deployment.name}: ${text}`);
  });
