import { openSpec } from "./cli/open-spec.ts";
import { plannerVersion } from "./cli/version.ts";
import { GpuFleet } from "./components/gpuFleet.ts";
import { asRunError, runError } from "./components/runError.ts";
import { readStackConfig } from "./components/stackConfig.ts";
import { stackOutputs } from "./components/stackOutputs.ts";
import { planFleet } from "./planner/index.ts";

/** Config -> spec -> plan -> components. What the program decides, it decides in the plan. */
async function deployFleet() {
  const { config, findings } = readStackConfig();
  if (findings.length > 0) throw runError(findings);
  const { spec, catalog, assumptions } = openSpec(config.spec, import.meta.dirname);
  const plan = await planFleet(spec, catalog, {}, { assumptions, plannerVersion: plannerVersion() });
  new GpuFleet(plan.fleet, { plan, catalog, ...config });
  return stackOutputs(plan);
}

const outputs = await deployFleet().catch((error: unknown) => {
  throw asRunError(error);
});

export const {
  usdPerMonth,
  usdPerHour,
  usdPerMonthByWorkload,
  usdPerMonthByPool,
  usdPerMonthByMarket,
  usdPerMonthByCloud,
  usdPerMonthByCostCenter,
  usdPerMillionTokensByWorkload,
  currency,
  pricesAsOf,
  endpoints,
  planSha256,
} = outputs;
