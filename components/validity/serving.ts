import type { Finding } from "../../planner/finding.ts";
import { compareVersions, engineRelease } from "../../planner/layouts/release.ts";
import type { PlannedDeployment, PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import { slotsPerNode, slotsPerReplica } from "../../planner/plan/slots.ts";
import { runsOnHosts } from "../../planner/spec/host-engines.ts";
import { gibibyte } from "../../planner/units.ts";
import type { GpuFleetArgs } from "../gpuFleet.ts";
import { drain } from "../serving/drain.ts";
import { engineContainer, isServable } from "../serving/engineContainer.ts";
import { type ServedDeployment, servedDeployments } from "../serving/servedWorkload.ts";
import { diskShareBytes, ephemeralStorageBytes } from "../serving/storage.ts";
import { storedPrecision, weightFormat } from "../serving/vllmArguments.ts";

/** What Kubernetes or the engine would refuse of a workload. */
export function servingFindings(workload: PlannedWorkload, { plan, catalog }: Pick<GpuFleetArgs, "plan" | "catalog">): Finding[] {
  const path = `workloads.${workload.name}`;
  const unknown = workload.deployments.flatMap((deployment) => unknownFindings(workload, deployment, { plan, catalog }));
  if (unknown.length > 0) return unknown;
  const served = servedDeployments(plan, workload, catalog);
  const clusters = [...new Set(served.map(({ pool }) => pool.cluster))];
  const spreadOver: Finding = {
    code: "workload-in-two-clusters",
    path,
    message: `its replicas stand in ${clusters.join(" and ")}, and one Service reaches one cluster`,
  };
  return [...(clusters.length > 1 ? [spreadOver] : []), ...served.flatMap(deploymentFindings)];
}

const notYet = (path: string, what: string): Finding => ({ code: "not-supported-yet", path, message: `${what} is not supported yet` });

/** Names in the plan that nothing stands behind. */
function unknownFindings(
  workload: PlannedWorkload,
  deployment: PlannedDeployment,
  { plan, catalog }: Pick<GpuFleetArgs, "plan" | "catalog">,
): Finding[] {
  const path = `deployments.${deployment.name}`;
  const { engine } = deployment;
  if (!isServable(engine.name)) return [notYet(`${path}.engine`, `serving with ${engine.name}`)];
  const pool = plan.pools.find(({ name }) => name === deployment.pool);
  if (pool === undefined)
    return [{ code: "unknown-pool", path, message: `runs on the pool ${deployment.pool}, which the plan does not have` }];
  if (!catalog.models.some(({ id }) => id === workload.model)) return [unknownFact(path, "model", workload.model)];
  if (pool.gpu !== null && !catalog.gpus.some(({ id }) => id === pool.gpu)) return [unknownFact(path, "GPU", pool.gpu)];
  if (pool.gpu === null && !runsOnHosts(engine.name)) return [notYet(`${path}.engine`, `serving with ${engine.name} without GPUs`)];
  const release = engineRelease(catalog.engines, engine.name, engine.version);
  return "code" in release ? [{ ...release, path: `${path}.engine` }] : [];
}

const unknownFact = (path: string, kind: string, name: string): Finding => ({
  code: "unknown-in-catalog",
  path,
  message: `the catalog has no ${kind} ${name}`,
  value: name,
});

function deploymentFindings(served: ServedDeployment): Finding[] {
  const { deployment, pool } = served;
  const path = `deployments.${deployment.name}`;
  const findings: Finding[] = [...taskFindings(served, path)];
  const [taken, there] = [slotsPerReplica(deployment) / deployment.nodesPerReplica, slotsPerNode(pool)];
  if (there % taken !== 0) {
    const what = pool.gpu === null ? "slots" : "GPUs";
    findings.push({
      code: pool.gpu === null ? "slots-do-not-divide-node" : "gpus-do-not-divide-node",
      path,
      message: `replicas of ${taken} ${what} leave a remainder on nodes of ${there}`,
      value: taken,
      limit: there,
    });
  }
  return [...findings, ...weightsFindings(served, path), ...diskFindings(served, path), ...argumentFindings(served, path)];
}

/** A model that does not generate text is served only as the catalog says: another engine would start and answer nothing useful. */
function taskFindings({ workload, deployment, release, serving }: ServedDeployment, path: string): Finding[] {
  if (workload.task === "generate") return [];
  const { name, image } = deployment.engine;
  if (serving === null || compareVersions(release.version, serving.since) < 0) {
    const since = serving === null ? {} : { suggestion: `use ${serving.since} or later` };
    const message = `${name} ${release.version} is not known to serve ${workload.model}`;
    return [{ code: "engine-does-not-serve-model", path: `${path}.engine`, message, value: release.version, ...since }];
  }
  if (serving.needsOwnImage !== null && image === release.image)
    return [{ code: "image-lacks-libraries", path: `${path}.engine`, message: serving.needsOwnImage, value: image }];
  if (name === "faster-whisper" && deployment.weights.source !== "hf")
    return [notYet(`${path}.weights`, `loading weights for ${name} from ${deployment.weights.source}`)];
  if (name === "tei" && (deployment.weights.source === "s3" || deployment.weights.source === "gs"))
    return [notYet(`${path}.weights`, `loading weights for ${name} from an object store`)];
  return [];
}

function weightsFindings(served: ServedDeployment, path: string): Finding[] {
  const { source, uri } = served.deployment.weights;
  if (source !== "hf" && uri === null) return [{ code: "weights-without-uri", path: `${path}.weights`, message: `${source} needs a uri` }];
  const stored = storedPrecision(served);
  const format = weightFormat(served);
  if (format === undefined) {
    const { engine, precision } = served.deployment;
    return [
      {
        code: "precision-not-served",
        path,
        message: `the image of ${engine.name} ${engine.version} does not run ${precision} weights`,
        value: precision,
      },
    ];
  }
  if (stored === served.deployment.precision || format.origin !== "checkpoint") return [];
  return [
    {
      code: "needs-own-weights",
      path: `${path}.weights`,
      message: `${served.workload.model} is published in ${stored}, and the engine cannot make ${served.deployment.precision} of it while loading`,
      value: served.deployment.precision,
      suggestion: "name a repository that holds them so in weights.uri",
    },
  ];
}

function diskFindings(served: ServedDeployment, path: string): Finding[] {
  const needed = ephemeralStorageBytes(served);
  const share = diskShareBytes(served.pool, slotsPerReplica(served.deployment) / served.deployment.nodesPerReplica);
  if (needed <= share) return [];
  return [
    {
      code: "disk-too-small",
      path,
      message: `a replica keeps ${Math.ceil(needed / gibibyte)} GiB on its node and its share of the disk is ${Math.floor(share / gibibyte)} GiB`,
      value: needed,
      limit: share,
      unit: "bytes",
    },
  ];
}

/** A user's flag that this version no longer has, or that the plan has already decided. */
function argumentFindings(served: ServedDeployment, path: string): Finding[] {
  const { deployment, release } = served;
  const planned = engineContainer(
    { ...served, deployment: { ...deployment, engine: { ...deployment.engine, args: {} } } },
    drain(served.pool.market, served.pool.cloud, 0),
  ).args;
  const decided = new Set(
    planned.filter((argument) => argument.startsWith("--")).map((argument) => argument.replace(/^--(no-)?/, "").split("=")[0]),
  );
  return Object.keys(deployment.engine.args).flatMap((name): Finding[] => {
    const at = `${path}.engine.args.${name}`;
    const row = release.flags.find(({ flag }) => flag === `--${name}`);
    if (row !== undefined && row.removed !== null && compareVersions(release.version, row.removed) >= 0) {
      const instead = row.replacement === null ? {} : { suggestion: `use ${row.replacement}` };
      return [{ code: "flag-removed", path: at, message: `${release.engine} has no --${name} since ${row.removed}`, ...instead }];
    }
    if (row !== undefined && row.since !== null && compareVersions(release.version, row.since) < 0) {
      return [
        { code: "flag-not-there-yet", path: at, message: `${release.engine} has --${name} from ${row.since} on`, value: release.version },
      ];
    }
    return decided.has(name.replace(/^no-/, "")) ? [{ code: "flag-decided-by-plan", path: at, message: `the plan decides --${name}` }] : [];
  });
}
