import type { AllowDeny } from "../../../planner/spec/fleet-spec.ts";
import { quoteOf, type Rule, sum } from "../subject.ts";

/** Allow and deny lists, markets, quotas, the nodes of a rack that exist, and a hard budget. */
export const limitsHold: Rule = (subject) => [...lists(subject), ...quotas(subject), ...racks(subject), ...budget(subject)];

const allows = ({ allow, deny }: AllowDeny, id: string): boolean => !deny.includes(id) && (allow.length === 0 || allow.includes(id));

const lists: Rule = ({ spec, plan }) =>
  plan.pools.flatMap((pool) => [
    ...(allows(spec.gpus, pool.gpu) ? [] : [`pool ${pool.name}: the GPU ${pool.gpu} is not allowed`]),
    ...(allows(spec.instances, pool.instanceType) ? [] : [`pool ${pool.name}: the instance type ${pool.instanceType} is not allowed`]),
    ...(spec.markets.includes(pool.market) ? [] : [`pool ${pool.name}: the market ${pool.market} is not allowed`]),
  ]);

/** docs/spec.md: the instance id up to its size, p5 of p5.48xlarge, a3-highgpu of a3-highgpu-8g. */
function familyOf(instanceType: string): string {
  const machine = instanceType.replace(/\+.*$/, "");
  return machine.includes(".") ? machine.replace(/\..*$/, "") : machine.split("-").slice(0, -1).join("-");
}

const quotas: Rule = ({ spec, plan }) =>
  spec.quotas.flatMap((quota) => {
    const pools = plan.pools.filter(
      ({ cloud, region, market, instanceType }) =>
        cloud === quota.cloud && region === quota.region && market === quota.market && familyOf(instanceType) === quota.family,
    );
    const gpus = sum(pools.map((pool) => pool.nodes * pool.gpusPerNode));
    return gpus > quota.gpus
      ? [`${gpus} GPUs of ${quota.family} in ${quota.region} on ${quota.market} break the quota of ${quota.gpus}`]
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
