import { defaults } from "../defaults.ts";
import { mapping, quantity } from "./field.ts";

const milliseconds = (what: string, description?: number) =>
  quantity({
    noun: "a number of milliseconds",
    unit: "milliseconds",
    min: 1,
    max: 3_600_000,
    description: `Upper limit of ${what}; null is no limit.`,
    ...(description === undefined ? {} : { default: description }),
    example: 500,
  })
    .nullable()
    .optional();

/** Upper limits on latency. A key that is null, or missing beside others of its metric, is no limit. */
export const sloSchema = mapping(
  {
    ttftMeanMs: milliseconds("the mean time to first token"),
    ttftP50Ms: milliseconds("the median time to first token"),
    ttftP95Ms: milliseconds("the time to first token of 95 % of the requests", defaults.ttftP95Ms),
    ttftP99Ms: milliseconds("the time to first token of 99 % of the requests"),
    tpotMeanMs: milliseconds("the mean time per output token after the first"),
    tpotP50Ms: milliseconds("the median time per output token"),
    tpotP95Ms: milliseconds("the time per output token of 95 % of the requests", defaults.tpotP95Ms),
    tpotP99Ms: milliseconds("the time per output token of 99 % of the requests"),
    e2eP95Ms: milliseconds("the time to the whole answer of 95 % of the requests"),
    latencyP95Ms: milliseconds("the latency of 95 % of the requests; embed and rerank only (default there: 500)"),
    realTimeFactor: quantity({
      noun: "a factor",
      unit: "seconds of work / second of audio",
      min: 0.001,
      max: 10,
      description:
        "Upper limit of the time that 95 % of the recordings take, as a share of their length; null is no limit; transcribe only (default there: 0.5).",
      example: 0.5,
    })
      .nullable()
      .optional(),
  },
  {
    noun: "a mapping such as {ttftP95Ms: 2000, tpotP95Ms: 80}",
    description:
      "Latency targets, upper limits in milliseconds. A metric (ttft, tpot) of which nothing is said gets its default, unless e2eP95Ms is given.",
  },
);
