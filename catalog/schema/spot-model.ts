import { z } from "zod";
import { isoDate } from "./source.ts";

const provenance = { source: z.string().min(1), asOf: isoDate };
const share = z.number().min(0).lt(1);

export const spotModelSchema = z.strictObject({
  about: z.string(),
  correlation: z.strictObject({ sharedLossShare: share.describe("Share of the losses of a node that take its whole pool"), ...provenance }),
  absence: z.strictObject({
    meanHours: z.number().positive().describe("Mean time in which a pool that was lost has no capacity"),
    ...provenance,
  }),
  bands: z.strictObject({
    lostShareUpTo: z
      .array(share)
      .length(5)
      .describe("Share of nodes lost in a month, at most, by bandIndex; the last stands for unknown too"),
    ...provenance,
  }),
  provisioning: z.strictObject({ seconds: z.number().positive().describe("Until a replacement node runs pods"), ...provenance }),
});
export type SpotModel = z.infer<typeof spotModelSchema>;
