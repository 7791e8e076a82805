import { dateSuggestion, type OverrideFinding, unknownName } from "./override-findings.ts";
import { parseRows, type Reading, type Section } from "./override-rows.ts";
import type { InstanceType } from "./schema/instance-type.ts";
import { type Discount, discountSchema, type PriceOverride, priceOverrideSchema } from "./schema/overrides.ts";
import type { Price, QuotedPrice } from "./schema/price.ts";

/** A price of the user's own, with everything said that the file left to its head or to the instance. */
export interface OwnPrice extends Pick<Price, "instance" | "cloud" | "region">, Pick<QuotedPrice, "usdPerHour" | "source" | "asOf"> {
  readonly market: PriceOverride["market"];
  readonly nodes: number | null;
  readonly paid: boolean;
}

const marketField = { "on-demand": "onDemand", spot: "spot", reserved: "reserved", static: "static" } as const;

/** `own` are the file's instance types; `refused` the ids of those that have findings already, which need no second one here. */
export function readPrices(
  given: readonly unknown[],
  own: readonly InstanceType[],
  refused: ReadonlySet<unknown>,
  reading: Reading,
): Section<OwnPrice> {
  const parsed = parseRows("prices", given, priceOverrideSchema, Object.keys(priceOverrideSchema.shape), reading);
  const instances = new Map([...reading.catalog.instanceTypes, ...own].map((instance) => [instance.id, instance]));
  const rows: OwnPrice[] = [];
  const findings = [...parsed.findings];
  const firstAt = new Map<string, number>();
  for (const { index, row } of parsed.rows) {
    const instance = instances.get(row.instance);
    if (instance === undefined) {
      if (refused.has(row.instance)) continue;
      findings.push(unknownName(reading.yaml, ["prices", index, "instance"], "instance type", row.instance, [...instances.keys()]));
      continue;
    }
    const key = `${row.instance} ${row.region} ${row.market}`;
    const first = firstAt.get(key);
    if (first !== undefined) {
      const message = `the same instance, region and market as prices[${first}]`;
      findings.push(reading.yaml.findingAt(["prices", index], { code: "duplicate-price", message, suggestion: "keep one of them" }));
    }
    firstAt.set(key, first ?? index);
    const price = readPrice(row, index, instance, reading);
    rows.push(...price.rows);
    findings.push(...price.findings);
  }
  return { rows, findings };
}

function readPrice(price: PriceOverride, index: number, { cloud }: InstanceType, { yaml, head }: Reading): Section<OwnPrice> {
  const findings: OverrideFinding[] = [];
  const complain = (field: string, code: string, message: string, suggestion: string) =>
    findings.push(yaml.findingAt(["prices", index, field], { code, message, suggestion }));
  const isStatic = cloud === "static";
  if (isStatic && price.market !== "static") {
    complain("market", "market-mismatch", "static hardware has no on-demand or spot price", "write market: static");
  } else if (!isStatic && price.market === "static") {
    complain("market", "market-mismatch", `${cloud} does not sell static capacity`, "write market: on-demand or market: spot");
  } else if (isStatic && price.nodes === undefined) {
    complain("nodes", "missing-field", "is missing", "write how many of these nodes exist");
  } else if (!isStatic && price.market !== "reserved" && price.nodes !== undefined) {
    complain("nodes", "market-mismatch", "only static hardware and reservations have a number of nodes", "leave it out");
  }
  if (price.paid === true && price.market !== "reserved" && price.market !== "static") {
    complain("paid", "market-mismatch", "only static hardware and reservations are paid for whether or not they are used", "leave it out");
  } else if (price.paid === true && price.market === "reserved" && price.nodes === undefined) {
    complain("nodes", "missing-field", "is missing", "write how many of these nodes are paid for");
  }
  const asOf = price.asOf ?? head.asOf;
  if (asOf === undefined) {
    complain("asOf", "missing-field", "is missing", dateSuggestion);
    return { rows: [], findings };
  }
  const { instance, region, market, usdPerHour, source = head.source, nodes = null, paid = false } = price;
  return { rows: [{ instance, cloud, region, market, usdPerHour, source, asOf, nodes, paid }], findings };
}

export function readDiscounts(given: readonly unknown[], reading: Reading): Section<Discount> {
  const parsed = parseRows("discounts", given, discountSchema, Object.keys(discountSchema.shape), reading);
  const twice = parsed.rows.flatMap(({ index, row }) => {
    const first = parsed.rows.find((other) => other.row.cloud === row.cloud && other.row.market === row.market);
    if (first === undefined || first.index === index) return [];
    const message = `a second discount for ${row.cloud} ${row.market}; discounts[${first.index}] is the first`;
    return [reading.yaml.findingAt(["discounts", index], { code: "duplicate-discount", message, suggestion: "keep one of them" })];
  });
  const rows = parsed.rows.map(({ row }) => ({ ...row, source: row.source ?? reading.head.source }));
  return { rows, findings: [...parsed.findings, ...twice] };
}

const roundToMicro = (usd: number): number => Math.round(usd * 1e6) / 1e6;

/** The contracted price of every list price of a cloud and market; the date stays that of the list price. */
export function applyDiscount(prices: readonly Price[], discount: Discount): readonly Price[] {
  const factor = 1 - discount.percent / 100;
  const off = <T extends QuotedPrice>(price: T): T => ({
    ...price,
    usdPerHour: roundToMicro(price.usdPerHour * factor),
    listUsdPerHour: price.usdPerHour,
    source: `${price.source} less ${discount.percent} % (${discount.source})`,
  });
  return prices.map((price) => {
    if (price.cloud !== discount.cloud) return price;
    if (discount.market === "on-demand") return price.onDemand === null ? price : { ...price, onDemand: off(price.onDemand) };
    if (price.spot === null) return price;
    const { minUsdPerHour } = price.spot;
    return { ...price, spot: { ...off(price.spot), minUsdPerHour: minUsdPerHour === null ? null : roundToMicro(minUsdPerHour * factor) } };
  });
}

/** Sets one price; the bundled one, where it differs, stays beside it as the list price. */
export function applyPrice(prices: readonly Price[], own: OwnPrice, listPrices: readonly Price[]): readonly Price[] {
  const isSame = (price: Price) => price.instance === own.instance && price.cloud === own.cloud && price.region === own.region;
  const field = marketField[own.market];
  const list = listPrices.find(isSame)?.[field]?.usdPerHour ?? null;
  const quoted: QuotedPrice = {
    usdPerHour: own.usdPerHour,
    source: own.source,
    asOf: own.asOf,
    estimated: false,
    listUsdPerHour: list === own.usdPerHour ? null : list,
  };
  const previous = prices.find(isSame) ?? unpriced(own);
  const paid = own.paid ? { paid: true } : {};
  const changed: Price = {
    ...previous,
    ...(field === "onDemand" ? { onDemand: quoted } : {}),
    ...(field === "spot" ? { spot: { ...quoted, minUsdPerHour: null, zoneCount: null } } : {}),
    ...(field === "reserved" ? { reserved: { ...quoted, listUsdPerHour: null, nodes: own.nodes, ...paid } } : {}),
    ...(field === "static" && own.nodes !== null ? { static: { ...quoted, nodes: own.nodes, ...paid } } : {}),
  };
  return [...prices.filter((price) => !isSame(price)), changed];
}

const unpriced = ({ instance, cloud, region }: OwnPrice): Price => ({
  instance,
  cloud,
  region,
  onDemand: null,
  spot: null,
  committed1Year: null,
  committed3Year: null,
  reserved: null,
  static: null,
  listUsdPerHour: null,
  note: null,
});
