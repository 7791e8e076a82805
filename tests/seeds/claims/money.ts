import type { Claim } from "../claim.ts";
import { planned, spotDiscounts, usdPerGpuHour, worstReclaimsPerHour } from "../program.ts";

const median = (values: readonly number[]): number => values[Math.floor(values.length / 2)] ?? Number.NaN;

/** Six requests a second of 2,000 tokens on GPUs of one type, in us-east-1. */
const onlyOn = (gpu: string): Promise<number> =>
  planned(
    { model: "meta-llama/Llama-3.1-8B-Instruct", precision: ["bf16", "fp8"], qps: 6, averageContext: 2000 },
    { gpus: { allow: [gpu] } },
  );

const rag = { requestsPerMonth: 3e6, averageContext: 500 };

/** Prices, spot and what requests cost. */
export const moneyClaims: readonly Claim[] = [
  {
    guide: "cost",
    id: "bill",
    says: "3 million requests a month of 500 tokens cost 4,200 USD, 2.80 USD per million tokens.",
    figures: [
      { of: "4,200 USD over 1.5e9 tokens", unit: "USD/Mtok", stated: 2.8, program: () => 4200 / ((3e6 * 500) / 1e6), truth: 2.8 },
      {
        of: "cheapest plan for it, Llama 3.1 8B",
        unit: "USD/month",
        stated: null,
        program: () => planned({ model: "meta-llama/Llama-3.1-8B-Instruct", precision: ["bf16", "fp8"], ...rag }),
        digits: 2,
      },
      {
        of: "cheapest plan for it, Llama 3.3 70B",
        unit: "USD/month",
        stated: null,
        program: () => planned({ model: "meta-llama/Llama-3.3-70B-Instruct", precision: ["bf16", "fp8"], ...rag }),
        digits: 2,
      },
    ],
    verdict: "right",
    why: "As division. 1.1 requests a second leave even the smallest GPU idle most of the time: such a bill is the price of a minimum of one, of a larger model, or of somebody else's API.",
  },
  {
    guide: "cost",
    id: "cache-savings",
    says: "A semantic cache that answers 35 % of requests saves 1,470 of 4,200 USD.",
    figures: [
      { of: "35 % of 4,200 USD", unit: "USD", stated: 1470, program: () => 0.35 * 4200, truth: 1470 },
      {
        of: "of Llama 3.1 8B at 60 requests/s, plan for 65 % of the requests",
        unit: "% saved",
        stated: 35,
        about: 0.35,
        program: async () => 100 * (1 - (await planned(rate(39))) / (await planned(rate(60)))),
        digits: 2,
      },
    ],
    verdict: "right",
    why: "If hits are average requests, and only where there are enough replicas that a third fewer can be bought.",
  },
  {
    guide: "choosing",
    id: "wrong-gpu",
    says: "The wrong GPU makes serving 2 to 5 times as dear.",
    figures: [
      {
        of: "Llama 3.1 8B at 6 requests/s: A100 80GB over L40S",
        unit: "times",
        stated: [2, 5],
        about: 0.1,
        program: async () => (await onlyOn("a100-sxm-80gb")) / (await onlyOn("l40s")),
        digits: 2,
      },
      {
        of: "H200 over L40S",
        unit: "times",
        stated: [2, 5],
        program: async () => (await onlyOn("h200-sxm-141gb")) / (await onlyOn("l40s")),
        digits: 2,
      },
    ],
    verdict: "partly",
    why: "Or more, where only whole nodes of eight are sold: several workloads on one node are what makes those worth their price.",
  },
  {
    guide: "hardware",
    id: "spot",
    says: "Spot is 60 to 80 % cheaper; an A10G at 0.80 USD/h saves 13.44 USD a day at 70 %.",
    figures: [
      { of: "0.80 x 0.70 x 24", unit: "USD/day", stated: 13.44, program: () => 0.8 * 0.7 * 24, truth: 13.44 },
      {
        of: "median discount over the catalog's GPU offers",
        unit: "%",
        stated: [60, 80],
        program: () => 100 * median(spotDiscounts()),
        digits: 2,
      },
      { of: "cheapest A10G on demand", unit: "USD/h", stated: 0.8, program: () => usdPerGpuHour("a10g"), digits: 3 },
    ],
    verdict: "partly",
    why: "The sum is right; discounts vary from next to nothing to nine tenths, so the plan takes each offer's own price with its date.",
  },
  {
    guide: "hardware",
    id: "interruptions",
    says: "A spot instance is interrupted with 5 % probability in every hour; real-time serving must not use spot.",
    figures: [
      {
        of: "worst band AWS publishes (above 20 % of a month's instances), per hour",
        unit: "%",
        stated: 5,
        program: () => 100 * worstReclaimsPerHour(),
        digits: 1,
      },
    ],
    verdict: "wrong",
    why: "5 % an hour would be 97 % of instances in three days. A share of spot with the rest on demand (spot.maxShare, availability) carries real-time load.",
  },
  {
    guide: "cost",
    id: "model-routing",
    says: "80 % of requests can go to a cheaper model.",
    figures: [],
    verdict: "untested",
    why: "Which requests a smaller model answers well is not the planner's to know. Write both as workloads with their shares of the demand, and the plan prices the routing.",
  },
];

const rate = (qps: number) => ({ model: "meta-llama/Llama-3.1-8B-Instruct", precision: ["bf16", "fp8"], qps, averageContext: 2000 });
