import type { Finding } from "../planner/finding.ts";
import type { Catalog } from "./catalog.ts";
import { instanceFamily } from "./instance-family.ts";
import { listPrice } from "./list-price.ts";
import type { InstanceType } from "./schema/instance-type.ts";
import type { Price } from "./schema/price.ts";

const pathOf = (price: Price): string => `prices[${price.instance}/${price.cloud}/${price.region}]`;

/** A contract or an own price is what it is; what must be plausible is the list price behind it. */

/** Prices that cannot be: out of bounds for their GPU, spot above on-demand, sizes of one family that do not fit together. */
export function priceFindings(catalog: Catalog): Finding[] {
  const instances = new Map(catalog.instanceTypes.map((instance) => [instance.id, instance]));
  const priced = catalog.prices.flatMap((price) => {
    const instance = instances.get(price.instance);
    return instance === undefined ? [] : [{ price, instance }];
  });
  return [
    ...priced.flatMap(({ price, instance }) => boundFindings(price, instance, catalog)),
    ...catalog.prices.flatMap((price) => spotFindings(price, catalog.checks.cappedSpotShare)),
    ...catalog.prices.flatMap(commitmentFindings),
    ...catalog.prices.flatMap(staticFindings),
    ...familyFindings(priced, catalog.checks.familySpread),
  ];
}

function boundFindings(price: Price, { gpu, gpuCount }: InstanceType, { checks }: Catalog): Finding[] {
  if (gpu === null || gpuCount === 0) return [];
  return (["onDemand", "spot"] as const).flatMap((market) => {
    const bounds = checks.usdPerGpuHour[gpu]?.[market];
    const quoted = price[market];
    if (bounds === undefined || quoted === null) return [];
    const usd = listPrice(quoted) / gpuCount;
    const [low, high] = bounds;
    if (usd >= low && usd <= high) return [];
    const message = `${usd.toFixed(2)} USD per ${gpu} and hour is outside ${low} to ${high}`;
    return [
      { code: "implausible-price", path: `${pathOf(price)}.${market}`, message, value: usd, limit: usd < low ? low : high, unit: "USD/h" },
    ];
  });
}

function spotFindings(price: Price, cappedShare: number): Finding[] {
  const { spot, onDemand } = price;
  if (spot === null) return [];
  const path = `${pathOf(price)}.spot`;
  const findings: Finding[] = [];
  if (spot.minUsdPerHour !== null && spot.minUsdPerHour > spot.usdPerHour) {
    findings.push({
      code: "spot-zones",
      path,
      message: "the cheapest zone costs more than the median",
      value: spot.minUsdPerHour,
      limit: spot.usdPerHour,
    });
  }
  if (onDemand === null) return findings;
  const values = { value: listPrice(spot), limit: listPrice(onDemand), unit: "USD/h" };
  if (values.value > values.limit) {
    findings.push({ code: "spot-above-on-demand", path, message: `spot ${values.value} is above on-demand ${values.limit}`, ...values });
  } else if (values.value >= cappedShare * values.limit) {
    findings.push({ code: "spot-at-cap", path, message: `spot ${values.value} is at the cap, on-demand ${values.limit}`, ...values });
  }
  return findings;
}

function commitmentFindings(price: Price): Finding[] {
  const { onDemand, committed1Year, committed3Year } = price;
  const steps = [onDemand, committed1Year, committed3Year].filter((quoted) => quoted !== null).map(listPrice);
  const isFalling = steps.every((usd, index) => usd <= (steps[index - 1] ?? usd));
  return isFalling
    ? []
    : [{ code: "commitment-costs-more", path: pathOf(price), message: "a longer commitment costs more than a shorter one" }];
}

function staticFindings(price: Price): Finding[] {
  if ((price.static !== null) === (price.cloud === "static")) return [];
  return [{ code: "static-price", path: pathOf(price), message: "cloud static and a static price go together" }];
}

interface Priced {
  readonly price: Price;
  readonly instance: InstanceType;
}

const familyOf = ({ id, gpu }: InstanceType): string => `${instanceFamily(id)} ${gpu}`;

/** What a price is per: GPUs, or vCPUs where there are none. */
const unitsOf = ({ gpuCount, vcpus }: InstanceType): number => gpuCount || vcpus;

/** Inside a family and region, more of everything never costs less, and the same host per GPU costs the same per GPU. */
function familyFindings(priced: readonly Priced[], spread: number): Finding[] {
  const families = Map.groupBy(priced, ({ price, instance }) => `${familyOf(instance)} ${price.cloud} ${price.region}`);
  return [...families.values()].flatMap((family) =>
    family.flatMap((smaller) => family.flatMap((larger) => (smaller === larger ? [] : sizeFindings(smaller, larger, spread)))),
  );
}

function sizeFindings(smaller: Priced, larger: Priced, spread: number): Finding[] {
  if (smaller.price.onDemand === null || larger.price.onDemand === null) return [];
  const [a, b] = [smaller.instance, larger.instance];
  const [usdA, usdB] = [listPrice(smaller.price.onDemand), listPrice(larger.price.onDemand)];
  if (unitsOf(a) > unitsOf(b) || a.vcpus > b.vcpus || a.memoryBytes > b.memoryBytes) return [];
  const path = `${pathOf(larger.price)}.onDemand`;
  if (usdA > usdB) {
    return [{ code: "larger-costs-less", path, message: `costs less than the smaller ${a.id}`, value: usdB, limit: usdA, unit: "USD/h" }];
  }
  const share = unitsOf(b) / unitsOf(a);
  const isSameShape = [b.vcpus / a.vcpus, b.memoryBytes / a.memoryBytes].every((ratio) => Math.abs(ratio / share - 1) < 0.001);
  const perUnit = usdB / (usdA * share);
  if (!isSameShape || (perUnit <= spread && perUnit >= 1 / spread)) return [];
  return [
    {
      code: "not-linear",
      path,
      message: `costs ${perUnit.toFixed(3)} x as much per GPU as ${a.id} of the same shape`,
      value: perUnit,
      limit: spread,
    },
  ];
}
