import { z } from "zod";
import { defaults } from "../defaults.ts";
import { show } from "../show.ts";
import { list, mapping, quantity, text } from "./field.ts";

/** The longest context of any model in sight, with room: 16 Mi tokens. */
const maxTokens = 2 ** 24;

const tokens = (description: string, example: number) =>
  quantity({ noun: "a number of tokens", unit: "tokens", min: 1, max: maxTokens, description, example });

const perSecond = { noun: "a number of requests per second", unit: "requests per second", min: 0, max: 1_000_000 } as const;

const lengthClass = mapping(
  {
    share: quantity({
      noun: "a share",
      unit: "share of requests",
      min: 0,
      max: 1,
      description: "Share of the requests that have these lengths; the shares add up to 1.",
      example: 0.7,
    }),
    inputTokens: tokens("Tokens of the prompt.", 4000),
    outputTokens: tokens("Tokens of the answer.", 300),
  },
  { noun: "a mapping with share, inputTokens and outputTokens", description: "One kind of request." },
);

export const trafficSchema = mapping(
  {
    inputTokens: tokens("Mean tokens of a prompt.", 1900).optional(),
    outputTokens: tokens("Mean tokens of an answer.", 400).optional(),
    inputTokensP95: tokens(
      "Tokens that 95 % of the prompts stay below. Default: not known; the spread is then assumed (docs/spec.md).",
      4200,
    ).optional(),
    lengths: list(lengthClass, {
      noun: "a list of {share, inputTokens, outputTokens}",
      description: "Kinds of requests, instead of the means.",
    }).optional(),
    documentsPerRequest: quantity({
      noun: "a number of documents",
      unit: "documents per request",
      min: 1,
      max: 100_000,
      description: "Texts of one request, which share its tokens evenly; embed and rerank only.",
      default: defaults.documentsPerRequest,
      example: 20,
    }).optional(),
    hourlyRequestsPerSecond: list(quantity({ ...perSecond, description: "Requests per second in this hour." }), {
      noun: "a list of 24 numbers",
      description:
        "Requests per second in each hour of the day, UTC, 24 values; `qps` is the largest of them. Unit: requests per second. Default: flat.",
    }).optional(),
    prefixCacheHitRate: quantity({
      noun: "a share",
      unit: "share of input tokens",
      min: 0,
      max: 1,
      description: "Share of the input tokens that the engine finds in its prefix cache.",
      default: defaults.prefixCacheHitRate,
      example: 0.3,
    }).optional(),
  },
  {
    noun: "a mapping such as {inputTokens: 1900, outputTokens: 400}",
    description: "How long requests are and when they come. Must agree with averageContext within 1 %.",
  },
);

const batchSchema = mapping(
  {
    tokensPerDay: quantity({
      noun: "a number of tokens per day",
      unit: "tokens per day",
      min: 0,
      max: 1e15,
      description: "Tokens to work through a day, input and output.",
      example: 2e9,
    }).optional(),
    requestsPerDay: quantity({
      noun: "a number of requests per day",
      unit: "requests per day",
      min: 0,
      max: 1e11,
      description: "Requests to work through a day.",
      example: 1e6,
    }).optional(),
    audioHoursPerDay: quantity({
      noun: "a number of hours of audio per day",
      unit: "hours of audio per day",
      min: 0,
      max: 1e9,
      description: "Audio to transcribe a day.",
      example: 5000,
    }).optional(),
    finishWithinHours: quantity({
      noun: "a number of hours",
      unit: "hours",
      min: 0.1,
      max: 24,
      description: "Window in which a day's work must be finished.",
      example: 8,
    }),
  },
  {
    noun: "a mapping such as {tokensPerDay: 2000000000, finishWithinHours: 8}",
    description:
      "Work that may wait, instead of a rate: it has no latency limits of its own, may all be on spot, and needs its replicas only while its window lasts.",
  },
);

const callSchema = mapping(
  {
    workload: text({ noun: "the name of a workload", description: "The workload that calls this one.", example: "agent" }),
    perRequest: quantity({
      noun: "a number of calls per request",
      unit: "calls per request",
      min: 0,
      max: 10_000,
      description: "Calls to this workload for each request to that one.",
      example: 3,
    }),
  },
  {
    noun: "a mapping such as {workload: agent, perRequest: 3}",
    description: "A workload that calls this one.",
  },
);

const callers = {
  noun: "{workload, perRequest}, or a list of them",
  description: "Workloads that call this one, one or a list of them: its demand comes from theirs, instead of a rate.",
};
const callsFromSchema = z
  .union([callSchema, list(callSchema, callers)], { error: (issue) => `expected ${callers.noun}, found ${show(issue.input)}` })
  .meta({ description: callers.description });

/** Exactly one of the ways to say how much. */
export const demandShape = {
  qps: quantity({
    ...perSecond,
    description: "Requests per second at the busiest hour. One of qps, requestsPerMonth, requestsPerDay, concurrentUsers is required.",
    example: 6,
  }).optional(),
  requestsPerMonth: quantity({
    noun: "a number of requests per month",
    unit: "requests per month of 730 h",
    min: 0,
    max: 1e13,
    description: "Requests in a month, instead of qps; see peakFactor.",
    example: 8_000_000,
  }).optional(),
  requestsPerDay: quantity({
    noun: "a number of requests per day",
    unit: "requests per day",
    min: 0,
    max: 1e11,
    description: "Requests in a day, instead of qps; see peakFactor.",
    example: 260_000,
  }).optional(),
  peakFactor: quantity({
    noun: "a factor",
    unit: "busiest hour / mean hour",
    min: 1,
    max: 100,
    description: "How much busier the busiest hour is than the mean; only with requestsPerMonth or requestsPerDay.",
    default: defaults.peakFactor,
    example: 3,
  }).optional(),
  concurrentUsers: quantity({
    noun: "a whole number of users",
    unit: "users",
    min: 0,
    max: 100_000_000,
    whole: true,
    description: "Users who each send a request, read the answer and send the next, instead of qps; see thinkTimeSeconds.",
    example: 500,
  }).optional(),
  thinkTimeSeconds: quantity({
    noun: "a number of seconds",
    unit: "seconds",
    min: 0,
    max: 86_400,
    description: "Time between an answer and the same user's next request; only with concurrentUsers.",
    default: defaults.thinkTimeSeconds,
    example: 30,
  }).optional(),
  batch: batchSchema.optional(),
  callsFrom: callsFromSchema.optional(),
  averageContext: quantity({
    noun: "a number of tokens",
    unit: "tokens",
    min: 2,
    max: maxTokens,
    description:
      "Mean tokens of a request, input and output together; 75 % / 25 % unless traffic says otherwise. With embed and rerank: of all its documents together. Required unless traffic gives the lengths.",
    example: 2300,
  }).optional(),
  averageAudioSeconds: quantity({
    noun: "a number of seconds",
    unit: "seconds of audio",
    min: 0.1,
    max: 86_400,
    description: "Mean length of a recording; transcribe only, instead of averageContext.",
    example: 45,
  }).optional(),
  traffic: trafficSchema.optional(),
} satisfies z.ZodRawShape;
