import { planToDeploy } from "./cli/plan-to-deploy.ts";
import { deployPlan } from "./components/deployPlan.ts";
import { asRunError, runError } from "./components/runError.ts";
import { readStackConfig } from "./components/stackConfig.ts";

/** Config -> spec -> plan, kept or new -> components. What the program decides, it decides in the plan. */
async function deployFleet() {
  const { config, findings } = await readStackConfig();
  if (findings.length > 0) throw runError(findings);
  return await deployPlan(await planToDeploy(config.spec, config.lock, import.meta.dirname), config);
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
  deployed,
} = outputs;
