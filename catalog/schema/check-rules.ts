import { z } from "zod";

const positive = z.number().positive();
const range = z.tuple([positive, positive]).describe("Lowest and highest plausible value");

/** What is plausible, and the real exceptions to it, each with its reason. */
export const checkRulesSchema = z.strictObject({
  about: z.string(),
  asOf: z.iso.date().describe("Day of the bundled catalog; none of its rows is newer"),
  usdPerGpuHour: z
    .record(z.string(), z.strictObject({ onDemand: range.optional(), spot: range.optional() }))
    .describe("Price of an instance divided by its GPUs, by GPU id; big hosts with one small GPU set the upper ends"),
  familySpread: positive.describe("Largest ratio of prices per GPU (or vCPU) between sizes of one family with equal hosts per GPU"),
  cappedSpotShare: positive.describe("Spot at this share of on-demand or above: the cloud has no spare capacity"),
  weightBytesPerParameter: z.record(z.string(), range).describe("By native precision, scales and unquantised tables included"),
  checkpointRoundingBytes: positive.describe("Sizes of published files are read to 0.01 GiB"),
  accepted: z
    .array(z.strictObject({ code: z.string(), path: z.string(), reason: z.string().min(1) }))
    .describe("Findings that were looked into and are true, by their code and path"),
});

export type CheckRules = z.infer<typeof checkRulesSchema>;
