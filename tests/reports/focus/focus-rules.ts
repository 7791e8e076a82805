import type { FocusColumn } from "../../../reports/focus/focus-columns.ts";

/**
 * The rules of FOCUS 1.4, Cost and Usage, for a row with ChargeCategory "Usage" and no correction, written down from
 * specification/datasets/cost_and_usage (dataset.md and columns/*.md, read 2026-11-21). Independent of the writer: it sees CSV text only.
 */
export type Row = Readonly<Record<string, string>>;

const mandatory =
  `BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory ChargeClass
  ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost HostProviderName InvoiceIssuerName ListCost PricingQuantity
  PricingUnit ServiceCategory ServiceName ServiceProviderName`.split(/\s+/);

/** "MUST NOT be null", also where that holds for usage only. */
const notNull: readonly FocusColumn[] = [
  "BilledCost",
  "BillingAccountId",
  "BillingCurrency",
  "BillingPeriodEnd",
  "BillingPeriodStart",
  "ChargeCategory",
  "ChargeFrequency",
  "ChargePeriodEnd",
  "ChargePeriodStart",
  "ConsumedQuantity",
  "ConsumedUnit",
  "ContractedCost",
  "ContractedUnitPrice",
  "EffectiveCost",
  "HostProviderName",
  "InvoiceIssuerName",
  "ListCost",
  "ListUnitPrice",
  "PricingCategory",
  "PricingCurrency",
  "PricingCurrencyEffectiveCost",
  "PricingQuantity",
  "PricingUnit",
  "ServiceCategory",
  "ServiceName",
  "ServiceProviderName",
  "ServiceSubcategory",
  "SkuId",
  "SkuMeter",
  "SkuPriceId",
];

const decimals =
  "BilledCost ConsumedQuantity ContractedCost ContractedUnitPrice EffectiveCost ListCost ListUnitPrice PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity".split(
    " ",
  );

const allowed: Readonly<Record<string, readonly string[]>> = {
  ChargeCategory: ["Usage", "Purchase", "Tax", "Credit", "Adjustment"],
  ChargeClass: ["", "Correction"],
  ChargeFrequency: ["One-Time", "Recurring", "Usage-Based"],
  PricingCategory: ["Standard", "Dynamic", "Committed", "Other"],
  ServiceCategory: ["Compute"],
  ServiceSubcategory: ["Virtual Machines"],
};

const json = [
  "AllocatedMethodDetails",
  "AllocatedTags",
  "Tags",
  "SkuPriceDetails",
  "ContractApplied",
  "CommitmentProgramEligibilityDetails",
];
const moments = ["BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"];

/** Every broken rule of a table, as `row: rule`. */
export function brokenFocusRules(header: readonly string[], rows: readonly Row[]): string[] {
  return [
    ...headerRules(header),
    ...rows.flatMap((row, index) => rowRules(row).map((rule) => `row ${index + 1}: ${rule}`)),
    ...tableRules(rows),
  ];
}

function headerRules(header: readonly string[]): string[] {
  const own = header.filter((name) => name.startsWith("x_"));
  const standard = header.filter((name) => !name.startsWith("x_"));
  const order = (names: readonly string[]): string => names.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)).join();
  return [
    ...mandatory.filter((name) => !header.includes(name)).map((name) => `${name} is missing`),
    ...(header.join() === [...standard, ...own].join() ? [] : ["custom columns stand last"]),
    ...(order(standard) === standard.join() && order(own) === own.join() ? [] : ["columns are in alphabetical order"]),
    ...(new Set(header).size === header.length ? [] : ["column names are unique"]),
    ...header.filter((name) => !/^(x_)?[A-Z][A-Za-z]*$/.test(name)).map((name) => `${name} is not PascalCase`),
  ];
}

function rowRules(row: Row): string[] {
  const value = (name: string): string => row[name] ?? "";
  const number = (name: string): number => Number(value(name));
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6;
  const product = (quantity: string, price: string, cost: string): string[] =>
    near(number(quantity) * number(price), number(cost)) ? [] : [`${quantity} x ${price} is ${cost}`];
  const bothOrNone = (id: string, other: string): string[] =>
    (value(id) === "") === (value(other) === "") ? [] : [`${other} goes with ${id}`];
  return [
    ...notNull.filter((name) => value(name) === "").map((name) => `${name} is null`),
    ...decimals.filter((name) => !/^\d+(\.\d+)?$/.test(value(name))).map((name) => `${name} is no plain decimal: ${value(name)}`),
    ...Object.entries(allowed).flatMap(([name, values]) =>
      values.includes(value(name)) ? [] : [`${name} is not allowed: ${value(name)}`],
    ),
    ...json.filter((name) => value(name) !== "" && !isJsonObject(value(name))).map((name) => `${name} is no JSON object`),
    ...moments.filter((name) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value(name))).map((name) => `${name} is no UTC moment`),
    ...(value("ChargePeriodStart") < value("ChargePeriodEnd") ? [] : ["the charge period ends after it starts"]),
    ...(value("BillingPeriodStart") <= value("ChargePeriodStart") && value("ChargePeriodEnd") <= value("BillingPeriodEnd")
      ? []
      : ["the charge period lies in the billing period"]),
    ...["BillingCurrency", "PricingCurrency"].filter((name) => !/^[A-Z]{3}$/.test(value(name))),
    ...product("PricingQuantity", "ContractedUnitPrice", "ContractedCost"),
    ...product("PricingQuantity", "ListUnitPrice", "ListCost"),
    ...bothOrNone("RegionId", "RegionName"),
    ...bothOrNone("SubAccountId", "SubAccountType"),
    ...bothOrNone("PricingQuantity", "PricingUnit"),
    ...bothOrNone("ConsumedQuantity", "ConsumedUnit"),
    ...bothOrNone("AllocatedMethodId", "AllocatedMethodDetails"),
    ...Object.entries(row).flatMap(([name, text]) =>
      /^(N\/A|null|undefined|NaN|None)$/i.test(text) ? [`${name} says ${text} instead of nothing`] : [],
    ),
  ];
}

/** AllocatedRatio adds up to 1 over the charges of one resource in one period. */
function tableRules(rows: readonly Row[]): string[] {
  const ratios = new Map<string, number>();
  for (const row of rows) {
    const key = `${row.ResourceId} ${row.ChargePeriodStart}`;
    const details = JSON.parse(row.AllocatedMethodDetails ?? "{}") as { readonly Elements: readonly { readonly AllocatedRatio: number }[] };
    ratios.set(key, (ratios.get(key) ?? 0) + (details.Elements[0]?.AllocatedRatio ?? 0));
  }
  return [...ratios].flatMap(([key, ratio]) => (Math.abs(ratio - 1) < 1e-9 ? [] : [`${key}: ratios add up to ${ratio}`]));
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A reader of RFC 4180, as strict as the format: CRLF everywhere, quotes doubled inside quotes, as many cells as the header has. */
export function readCsv(text: string): { header: string[]; rows: Row[] } {
  const lines: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const line: string[] = [];
    for (let more = true; more; ) {
      const quoted = /"((?:[^"]|"")*)"(,|\r\n)/y;
      const bare = /([^",\r\n]*)(,|\r\n)/y;
      quoted.lastIndex = at;
      bare.lastIndex = at;
      const match = quoted.exec(text) ?? bare.exec(text);
      if (match === null) throw new Error(`no cell at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
      line.push((match[1] ?? "").replaceAll('""', '"'));
      at += match[0].length;
      more = match[2] === ",";
    }
    lines.push(line);
  }
  const [header = [], ...cells] = lines;
  for (const line of cells)
    if (line.length !== header.length) throw new Error(`a row has ${line.length} cells, the header ${header.length}`);
  return { header, rows: cells.map((line) => Object.fromEntries(header.map((name, index) => [name, line[index] ?? ""]))) };
}
