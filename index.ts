import { planToDeploy } from "./cli/plan-to-deploy.ts";
import { GpuFleet } from "./components/gpuFleet.ts";
import { notePlan } from "./components/planNotes.ts";
import { asRunError, runError } from "./components/runError.ts";
import { readStackConfig } from "./components/stackConfig.ts";
import { stackOutputs } from "./components/stackOutputs.ts";

/** Config -> spec -> plan, kept or new -> components. What the program decides, it decides in the plan. */
async function deployFleet() {
  const { config, findings } = await readStackConfig();
  if (findings.length > 0) throw runError(findings);
  const { plan, catalog, notes } = await planToDeploy(config.spec, config.lock, import.meta.dirname);
  await notePlan(notes);
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
