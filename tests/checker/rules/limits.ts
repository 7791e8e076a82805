import type { PlannedPool } from "../../../planner/plan/fleet-plan.ts";
import type { AllowDeny } from "../../../planner/spec/fleet-spec.ts";
import { allPlaced, familyOf, quoteOf, type Rule, sum } from "../subject.ts";

/** Allow and deny lists, markets, quotas, the nodes of a rack that exist, and a hard budget. */
export const limitsHold: Rule = (subject) => [
  ...lists(subject),
  ...devices(subject),
  ...quotas(subject),
  ...racks(subject),
  ...budget(subject),
];

const allows = ({ allow, deny }: AllowDeny, id: string): boolean => !deny.includes(id) && (allow.length === 0 || allow.includes(id));

const lists: Rule = ({ spec, plan }) =>
  plan.pools.flatMap((pool) => [
    ...(pool.gpu === null || allows(spec.gpus, pool.gpu) ? [] : [`pool ${pool.name}: the GPU ${pool.gpu} is not allowed`]),
    ...(allows(spec.instances, pool.instanceType) ? [] : [`pool ${pool.name}: the instance type ${pool.instanceType} is not allowed`]),
    ...(spec.markets.includes(pool.market) ? [] : [`pool ${pool.name}: the market ${pool.market} is not allowed`]),
  ]);

/** docs/spec.md, GPUs or processors: what the workload names; else no CPU-only node for a generator, or where the fleet lists its GPUs. */
const devices: Rule = (subject) =>
  allPlaced(subject).flatMap(({ asked, deployment, pool }) => {
    const isHost = pool.gpu === null;
    const isDefault = !isHost || (asked.task !== "generate" && subject.spec.gpus.allow.length === 0);
    const isFree = asked.devices === undefined ? isDefault : asked.devices.includes(isHost ? "cpu" : "gpu");
    const engines = isHost ? [asked.hostEngine] : [asked.engine];
    return [
      ...(isFree ? [] : [`deployment ${deployment.name}: runs on ${isHost ? "a CPU-only node" : "GPUs"}, which the spec does not allow`]),
      ...(engines.some((engine) => engine?.name === deployment.engine.name)
        ? []
        : [`deployment ${deployment.name}: ${deployment.engine.name} is not its engine on such nodes`]),
    ];
  });

/** docs/spec.md: AWS grants the vCPUs of these families together. */
const isStandard = (family: string): boolean => "acdhimrtz".includes(family[0] ?? "-");

/** A quota of GPUs limits nodes with GPUs, one of vCPUs the others. */
const quotas: Rule = ({ spec, plan, catalog }) =>
  spec.quotas.flatMap((quota) => {
    const isOf = (family: string): boolean => family === quota.family || (quota.family === "standard" && isStandard(family));
    const pools = plan.pools.filter(
      ({ cloud, region, market, instanceType, gpu }) =>
        cloud === quota.cloud &&
        region === quota.region &&
        market === quota.market &&
        isOf(familyOf(instanceType)) &&
        (gpu === null) === (quota.vcpus !== undefined),
    );
    const each = (pool: PlannedPool): number =>
      quota.vcpus === undefined ? pool.gpusPerNode : (catalog.instances.get(pool.instanceType)?.vcpus ?? 0);
    const bought = sum(pools.map((pool) => pool.nodes * each(pool)));
    const limit = quota.vcpus ?? quota.gpus ?? 0;
    return bought > limit
      ? [`${bought} GPUs or vCPUs of ${quota.family} in ${quota.region} on ${quota.market} break the quota of ${limit}`]
      : [];
  });

/** Machines that are there, or held by a reservation of one's own: no more of them in all clusters together. */
const racks: Rule = (subject) => {
  const pools = subject.plan.pools.filter(({ market }) => market === "static" || market === "reserved");
  const kinds = new Map(pools.map((pool) => [`${pool.market} ${pool.instanceType} in ${pool.region}`, pool]));
  return [...kinds].flatMap(([kind, { instanceType, cloud, region, market }]) => {
    const exist = quoteOf(subject, { instanceType, cloud, region, market })?.nodes ?? (market === "static" ? 0 : Infinity);
    const alike = pools.filter((pool) => pool.instanceType === instanceType && pool.region === region && pool.market === market);
    const used = sum(alike.map(({ nodes }) => nodes));
    return used > exist ? [`${used} nodes of ${kind} are planned and ${exist} exist`] : [];
  });
};

const budget: Rule = ({ spec, plan }) => {
  if (spec.budget === null) return plan.budget === null ? [] : ["the plan has a budget that nobody set"];
  if (plan.budget === null) return ["the plan does not say how it stands to the budget"];
  const { usdPerMonth, mode } = spec.budget;
  const complaints: string[] = [];
  if (plan.budget.usdPerMonth !== usdPerMonth || plan.budget.mode !== mode) complaints.push("the plan has another budget than the spec");
  const left = Math.round((usdPerMonth - plan.cost.usdPerMonth) * 100) / 100;
  if (plan.budget.headroomUsdPerMonth !== left) complaints.push(`the budget leaves ${left}, not ${plan.budget.headroomUsdPerMonth}`);
  if (left < 0 && mode === "hard") complaints.push("the plan breaks the hard budget");
  const warned = plan.warnings.some(({ path }) => path.startsWith("budget"));
  if (left < 0 && mode === "soft" && !warned) complaints.push("the plan breaks the soft budget without a warning");
  return complaints;
};
