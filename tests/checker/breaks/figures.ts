import { type Break, first, poolOf, some, workload } from "./break.ts";

export const memory: readonly Break[] = [
  [
    "more memory than the GPU has",
    /bytes a GPU are planned where/,
    (plan) => Object.assign(first(plan, "code").memory, { activationBytesPerGpu: 2 ** 38 }),
  ],
  ["weights that are too light", /less than 70\d+ x 8 bits/, (plan) => Object.assign(first(plan, "digest").weights, { bytes: 6e10 })],
  ["weights that are too heavy", /are more than 16 bits for each/, (plan) => Object.assign(first(plan, "digest").weights, { bytes: 6e11 })],
  [
    "a part of the weights missing on each GPU",
    /bytes of weights, less than its part/,
    (plan) => Object.assign(first(plan, "digest").memory, { weightBytesPerGpu: 2e10 }),
  ],
  [
    "a cache shorter than a request",
    /tokens, less than one request/,
    (plan) => Object.assign(first(plan, "chat").memory, { kvCacheTokens: 100 }),
  ],
  [
    "a cache of more tokens than bytes",
    /tokens take .* bytes a GPU and the cache has/,
    (plan) => {
      first(plan, "chat").memory.kvCacheTokens *= 2;
    },
  ],
  ["a cache without bytes", /does not hold one request/, (plan) => Object.assign(first(plan, "chat").memory, { kvCacheBytesPerGpu: 1000 })],
  ["no room for one request", /0.5 requests of full length/, (plan) => Object.assign(first(plan, "chat").memory, { maxConcurrency: 0.5 })],
  [
    "adapters that nobody asked for",
    /other adapters than asked for/,
    (plan) => Object.assign(first(plan, "chat").engine, { lora: { adapters: 1, rank: 16, onGpu: 1, modules: {}, downloadBytes: 0 } }),
  ],
  [
    "adapters without a byte of room",
    /less than the weights and .* of adapters/,
    (plan) => Object.assign(first(plan, "chat").engine, { lora: { adapters: 64, rank: 512, onGpu: 64, modules: {}, downloadBytes: 0 } }),
  ],
  [
    "a rank that the engine cannot be told of",
    /cannot be told of rank 24/,
    (plan) => Object.assign(first(plan, "chat").engine, { lora: { adapters: 1, rank: 24, onGpu: 1, modules: {}, downloadBytes: 0 } }),
  ],
  [
    "fewer places than sequences that may want one",
    /2 adapters are on the GPU where \d+ sequences may want one each/,
    (plan) => Object.assign(first(plan, "chat").engine, { lora: { adapters: 9, rank: 8, onGpu: 2, modules: {}, downloadBytes: 0 } }),
  ],
];

export const latencies: readonly Break[] = [
  [
    "more requests than the GPUs have operations for",
    /its capacity takes .* operations a second/,
    (plan) => Object.assign(first(plan, "chat"), { capacityRequestsPerSecondPerReplica: 1e4 }),
  ],
  [
    "an answer faster than memory",
    /its TPOT is below the .* ms it takes to read the weights/,
    (plan) => Object.assign(first(plan, "digest").predicted.tpotMs, { p50: 0.5 }),
  ],
  ["percentiles out of order", /percentiles are out of order/, (plan) => Object.assign(first(plan, "chat").predicted.ttftMs, { p95: 1 })],
  [
    "a missed target",
    /ttftP95Ms is 1600, above 1500/,
    (plan) => {
      Object.assign(first(plan, "code").predicted.ttftMs, { p95: 1600, p99: 1700 });
    },
  ],
  [
    "a prediction of another load",
    /the prediction is for 1 requests\/s/,
    (plan) => Object.assign(first(plan, "chat").predicted, { requestsPerSecond: 1 }),
  ],
  [
    "tokens that do not follow",
    /output tokens are not requests x tokens/,
    (plan) => Object.assign(first(plan, "chat").predicted, { outputTokensPerSecond: 1 }),
  ],
  ["a load that does not fit", /the load does not fit/, (plan) => Object.assign(first(plan, "chat").predicted, { fits: false })],
  [
    "an interval beside its value",
    /an interval does not hold its own prediction/,
    (plan) => Object.assign(first(plan, "chat").predicted.interval90, { tpotMs: [0, 0.1] }),
  ],
  ["a replica used beyond all", /utilization is 1.2/, (plan) => Object.assign(first(plan, "chat").predicted, { utilization: 1.2 })],
];

export const money: readonly Break[] = [
  ["a price of its own", /a node costs .* an hour, not 1/, (plan) => Object.assign(poolOf(plan, "code"), { usdPerNodeHour: 1 })],
  [
    "another day of the price",
    /its price is of .*, not 2020-01-01/,
    (plan) => Object.assign(poolOf(plan, "code").price, { asOf: "2020-01-01" }),
  ],
  [
    "a total of its own",
    /the nodes cost .* an hour, not/,
    (plan) => {
      plan.cost.usdPerHour += 0.000001;
    },
  ],
  [
    "a month of other hours",
    /a month is not 730 hours/,
    (plan) => {
      plan.cost.usdPerMonth += 0.01;
    },
  ],
  [
    "a pool that does not cost its nodes",
    /it does not cost its nodes/,
    (plan) => {
      poolOf(plan, "code").usdPerHour += 0.000001;
    },
  ],
  [
    "a cent lost between workloads",
    /byWorkload: cents do not add up/,
    (plan) => {
      some(plan.cost.byWorkload.chat).usdPerMonth -= 0.01;
    },
  ],
  [
    "a cent lost between markets",
    /byMarket: cents do not add up/,
    (plan) => {
      some(plan.cost.byMarket.spot).usdPerMonth -= 0.01;
    },
  ],
  [
    "a cent lost between clouds",
    /byCloud: cents do not add up/,
    (plan) => {
      some(plan.cost.byCloud.gcp).usdPerMonth += 0.01;
    },
  ],
  [
    "a micro-dollar lost between pools",
    /byPool: hours do not add up/,
    (plan) => {
      some(Object.values(plan.cost.byPool)[0]).usdPerHour += 0.000001;
    },
  ],
  [
    "a cost centre left out",
    /byCostCenter: other rows/,
    (plan) => {
      delete plan.cost.byCostCenter.support;
    },
  ],
  [
    "money moved from one cost centre to another",
    /support costs another sum/,
    (plan) => {
      some(plan.cost.byCostCenter.support).usdPerHour += 1;
      some(plan.cost.byCostCenter.none).usdPerHour -= 1;
    },
  ],
  [
    "one workload paying for another",
    /workload chat: its GPUs cost/,
    (plan) => {
      workload(plan, "chat").cost.usdPerHour += 0.5;
    },
  ],
  [
    "CPU-only nodes that the headline does not cover",
    /the headline names CPU-only nodes where there are none, or leaves them out/,
    (plan) => Object.assign(plan.cost, { included: ["GPU nodes"] }),
  ],
  [
    "GPU nodes that the headline does not cover",
    /the headline names GPU nodes where there are none, or leaves them out/,
    (plan) => Object.assign(plan.cost, { included: ["CPU-only nodes of the workloads"] }),
  ],
  [
    "CPU-only nodes in the total and among what is not in it",
    /CPU-only nodes are said to be left out where some are in it/,
    (plan) => {
      plan.cost.excluded.push("CPU-only nodes");
    },
  ],
  [
    "a machine that is paid for and has other GPUs than the catalog says",
    /\(idle, paid for\) .*: its instance type has other GPUs/,
    (plan) => Object.assign(some(plan.paidNodes?.[0]), { gpu: "l4" }),
  ],
  [
    "a machine that is paid for and forgotten",
    /rack-2xh100 in cellar-1 is paid for anyway, and the plan does not say so/,
    (plan) => {
      Object.assign(plan, { paidNodes: [] });
    },
  ],
  [
    "a machine that is idle and was never paid for",
    /it is not paid for as it says/,
    (plan) => {
      Object.assign(some(plan.paidNodes?.[0]), { nodes: 3, idleNodes: 2 });
    },
  ],
  [
    "idle machines that nobody pays for",
    /it does not cost its idle nodes/,
    (plan) => {
      Object.assign(some(plan.paidNodes?.[0]), { usdPerHour: 0 });
    },
  ],
  [
    "a break-even of its own",
    /has a break-even without an on-demand price/,
    (plan) => {
      Object.assign(some(plan.paidNodes?.[0]), { breakEvenHoursPerMonth: 10 });
    },
  ],
  [
    "another sum that is paid anyway",
    /what is paid anyway is another sum/,
    (plan) => {
      Object.assign(some(plan.cost.paidAnyway), { usdPerHour: 1 });
    },
  ],
  ["idle GPUs that are not there", /idle GPUs cost .*, not 0/, (plan) => Object.assign(plan.cost, { idleUsdPerHour: 0 })],
  [
    "a bound above the cost",
    /the bound 1000000 is above the cost/,
    (plan) => Object.assign(plan.optimality, { lowerBoundUsdPerHour: 1e6 }),
  ],
  [
    "a gap of its own",
    /the gap is/,
    (plan) => {
      plan.optimality.gap += 0.01;
    },
  ],
  [
    "an optimum that is none",
    /the status optimal contradicts the bound/,
    (plan) => {
      Object.assign(plan.optimality, { status: "optimal", lowerBoundUsdPerHour: plan.cost.usdPerHour / 2 });
    },
  ],
  [
    "unit costs that do not follow",
    /usdPerMillionTokens is 1, not/,
    (plan) => Object.assign(workload(plan, "chat").cost, { usdPerMillionTokens: 1 }),
  ],
  [
    "unit costs of nothing",
    /quiet: usdPerThousandRequests without demand/,
    (plan) => Object.assign(workload(plan, "quiet").cost, { usdPerThousandRequests: 0 }),
  ],
];

export const form: readonly Break[] = [
  [
    "something JSON cannot hold",
    /not the same after writing and reading/,
    (plan) => Object.assign(first(plan, "chat"), { startupSeconds: Number.NaN }),
  ],
  ["a token", /looks like a credential/, (plan) => Object.assign(plan.tags, { owner: `hf_${"a".repeat(30)}` })],
  ["a finding without words", /a broken finding/, (plan) => plan.warnings.push({ code: "odd", path: "", message: " " })],
  ["a finding with a hole", /a broken finding/, (plan) => plan.warnings.push({ code: "odd", path: "", message: "needs undefined GPUs" })],
  ["no hash of the spec", /a hash of the inputs is missing/, (plan) => Object.assign(plan.inputs, { specSha256: "" })],
];
