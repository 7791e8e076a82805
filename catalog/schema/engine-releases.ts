import { z } from "zod";
import { isoDate } from "./source.ts";

/** Which release of an engine was the newest in a month; a month that is not listed had the release of the one before. */
export const engineReleasesSchema = z.strictObject({
  about: z.string(),
  source: z.string().min(1),
  asOf: isoDate,
  newestByMonth: z
    .record(z.string(), z.array(z.tuple([z.string().regex(/^\d{4}-\d{2}$/), z.string().min(1)])).nonempty())
    .describe("By engine: [month, newest release near its end], in the order of the months"),
});

export type EngineReleases = z.infer<typeof engineReleasesSchema>;
