import { z } from "zod";

export const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected a date YYYY-MM-DD");

export const engineVersionSchema = z.string().regex(/^\d+\.\d+(\.\d+)?$/, "expected a version such as 0.19 or 0.19.0");

/** Every catalog row says where it comes from and when that was true. */
export const provenance = {
  source: z.string().min(1).describe("Where the facts were read: repository@commit, document or URL"),
  asOf: isoDate.describe("Day on which the facts held; the earliest day where only a bracket is known"),
};
