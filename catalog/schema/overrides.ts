import { z } from "zod";
import { cloudSchema } from "./instance-type.ts";
import { isoDate } from "./source.ts";

const where = {
  source: z.string().min(1).optional().describe("Where the figure comes from; default: `source` at the head of the file"),
  asOf: isoDate.optional().describe("Day on which it holds; default: `asOf` at the head of the file"),
};

export const priceOverrideSchema = z.strictObject({
  instance: z.string().min(1).describe("Id of an instance type, of the catalog or of this file"),
  region: z.string().min(1).describe("A cloud's region, or the name of the site for static hardware"),
  market: z.enum(["on-demand", "spot", "reserved", "static"]),
  usdPerHour: z.number().positive().describe("US dollars per node-hour"),
  nodes: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("static: how many such nodes exist; reserved: how many are held, default: as many as wanted"),
  paid: z
    .boolean()
    .optional()
    .describe("static, reserved: these nodes are paid for whether or not they are used, so using them costs nothing more; default: false"),
  ...where,
});
export type PriceOverride = z.infer<typeof priceOverrideSchema>;

export const discountSchema = z.strictObject({
  cloud: cloudSchema.exclude(["static"]),
  market: z.enum(["on-demand", "spot"]),
  percent: z.number().positive().lt(100).describe("Taken off every list price of that cloud and market that `prices` does not set"),
  source: where.source,
});
export type Discount = z.infer<typeof discountSchema>;

/**
 * Rows of instance types, GPUs and models are completed first (defaults, or the bundled row of the same id) and then held against the
 * catalog's own schemas, so here they only need an id.
 */
export const partialRowSchema = z.looseObject({ id: z.string().min(1) });

/** Rows are validated one by one, so that one bad row does not hide what is wrong with the others. */
const rows = z.array(z.unknown()).default([]);

export const overridesSchema = z.strictObject({ ...where, prices: rows, discounts: rows, instanceTypes: rows, gpus: rows, models: rows });
