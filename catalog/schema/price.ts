import { z } from "zod";
import { cloudSchema } from "./instance-type.ts";
import { isoDate } from "./source.ts";

const usdPerHour = z.number().positive();

/** One dated price per node-hour, in US dollars, Linux, shared tenancy, without tax or support. */
export const quotedPriceSchema = z.strictObject({
  usdPerHour,
  source: z.string().min(1),
  asOf: isoDate,
  estimated: z.boolean().default(false).describe("True when computed from another figure rather than read"),
  listUsdPerHour: usdPerHour.nullable().default(null).describe("List price beside a contracted one; null when they are the same"),
});
export type QuotedPrice = z.infer<typeof quotedPriceSchema>;

export const spotPriceSchema = quotedPriceSchema.extend({
  minUsdPerHour: usdPerHour.nullable().default(null).describe("Cheapest zone"),
  zoneCount: z.number().int().positive().nullable().default(null),
});

export const commitmentPriceSchema = quotedPriceSchema.extend({ kind: z.string() });

const paid = z.boolean().optional().describe("All the nodes are paid for, used or not");

/** Hardware that is already there: what a node of it costs an hour (depreciation, power, space) and how many there are. */
export const staticPriceSchema = quotedPriceSchema.extend({ nodes: z.number().int().positive(), paid });

/** Nodes that a contract of the user's own holds, at what each costs an hour around the clock. */
export const reservedPriceSchema = quotedPriceSchema.extend({
  nodes: z.number().int().positive().nullable().describe("null: as many as wanted"),
  paid,
});

export const priceSchema = z.strictObject({
  instance: z.string().min(1),
  cloud: cloudSchema,
  region: z.string().min(1),
  onDemand: quotedPriceSchema.nullable(),
  spot: spotPriceSchema.nullable().describe("Median over the zones"),
  committed1Year: commitmentPriceSchema.nullable().default(null),
  committed3Year: commitmentPriceSchema.nullable().default(null),
  reserved: reservedPriceSchema.nullable().default(null).describe("A reservation of the user's own, of overrides only"),
  static: staticPriceSchema.nullable().default(null).describe("Only for cloud `static`, whose region is the name of the site"),
  listUsdPerHour: usdPerHour.nullable().default(null).describe("For reference only: a list price of something that is not sold on demand"),
  note: z.string().nullable().default(null),
});
export type Price = z.infer<typeof priceSchema>;

export const spotInterruptionSchema = z.strictObject({
  instance: z.string(),
  region: z.string(),
  band: z.string().describe("AWS Spot Advisor: share of instances reclaimed in the last month"),
  bandIndex: z.number().int().min(0).max(4),
  savingsPercent: z.number().nullable(),
});
export type SpotInterruption = z.infer<typeof spotInterruptionSchema>;
