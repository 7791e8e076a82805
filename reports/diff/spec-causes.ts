import type { FindingValue } from "../../planner/finding.ts";
import type { PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import type { Cause } from "./plan-diff.ts";

/** Fields of the spec that say whom to charge and ask, not what to buy. */
const costless = /^(costCenter|tags\.)/;

/** An engine flag may hold a key although a spec should only name a Kubernetes secret. */
const secretive = /(key|token|secret|password|credential)/i;
const notShown = "(not shown)";

/** What the user wrote of a workload, as far as a plan carries it: path in the spec -> value. Those that weigh most come first. */
function writtenFields(workload: PlannedWorkload): Map<string, FindingValue> {
  const { demand, slo, availability, spot, tags } = workload;
  const first = workload.deployments[0];
  return new Map<string, FindingValue>([
    ["model", workload.model],
    ["task", workload.task],
    ["qps", demand.requestsPerSecond],
    ["traffic.hourlyRequestsPerSecond", demand.hourlyRequestsPerSecond?.join(" ") ?? null],
    ["batch.requestsPerDay", demand.batch?.requestsPerDay ?? null],
    ["batch.finishWithinHours", demand.batch?.finishWithinHours ?? null],
    ["callsFrom", demand.callsFrom?.map(({ workload: caller, perRequest }) => `${perRequest} for each of ${caller}`).join(", ") ?? null],
    ["traffic.inputTokens", demand.inputTokens],
    ["traffic.outputTokens", demand.outputTokens],
    ["traffic.inputTokensP95", demand.inputTokensP95],
    ["traffic.documentsPerRequest", demand.documentsPerRequest ?? null],
    ["averageAudioSeconds", demand.audioSeconds ?? null],
    ["confidence", workload.confidence],
    ...entries("slo", slo),
    ...entries("availability", availability),
    ...entries("spot", spot),
    ...(first === undefined ? [] : deploymentFields(first)),
    ["costCenter", workload.costCenter],
    ...entries("tags", tags),
  ]);
}

function deploymentFields({ engine, weights, kvCacheDtype, precision }: PlannedWorkload["deployments"][number]): [string, FindingValue][] {
  return [
    ["maxModelLen", engine.maxModelLen],
    ["precision", precision],
    ["kvCacheDtype", kvCacheDtype],
    ["engine.name", engine.name],
    ["engine.version", engine.version],
    ["engine.image", engine.image],
    ...entries("engine.args", engine.args),
    ["weights.source", weights.source],
    ["weights.uri", weights.uri],
    ["weights.revision", weights.revision],
    ["weights.tokenSecret", weights.tokenSecret],
  ];
}

const entries = (path: string, values: object): [string, FindingValue][] =>
  Object.entries(values).map(([key, value]) => [`${path}.${key}`, value as FindingValue]);

/** The lines of the spec that differ, for a workload that both plans have. */
export function specCauses(old: PlannedWorkload, now: PlannedWorkload): Cause[] {
  const [before, after] = [writtenFields(old), writtenFields(now)];
  // At zero demand there is no deployment to read the engine's fields from, which does not mean that they were taken away.
  const comparable = (path: string): boolean =>
    (old.deployments.length > 0 && now.deployments.length > 0) || !/^(maxModelLen|kvCacheDtype|engine\.|weights\.)/.test(path);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((path): Cause[] => {
    const [oldValue, newValue] = [before.get(path) ?? null, after.get(path) ?? null];
    if (oldValue === newValue || !comparable(path)) return [];
    const hide = path.startsWith("engine.args.") && secretive.test(path);
    const shown = (value: FindingValue): FindingValue => (hide && value !== null ? notShown : value);
    return [{ kind: "spec", path: `${now.name}.${path}`, old: shown(oldValue), new: shown(newValue) }];
  });
}

/** Whether a changed line can change what is bought. */
export const canMoveCost = (cause: Cause, workload: string): boolean => !costless.test(cause.path.slice(workload.length + 1));
