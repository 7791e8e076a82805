import type { Finding } from "../../planner/finding.ts";
import type { PlannedPool } from "../../planner/plan/fleet-plan.ts";
import { acceleratorOf, machineFamily } from "../gcp/machineFamilies.ts";
import { tooLong } from "./aws.ts";

/** GKE allows 40 characters and auto-naming adds 8. */
const longestName = 32;

/** What GKE would refuse of a node pool. */
export function gcpFindings(pool: PlannedPool): Finding[] {
  const path = `pools.${pool.name}`;
  const findings: Finding[] = [];
  const family = machineFamily(pool.machineType);
  if (family === undefined || (pool.gpu !== null && acceleratorOf(pool) === undefined)) {
    findings.push({
      code: "unknown-machine-family",
      path,
      message: `how GKE makes a pool of ${pool.instanceType} is not known`,
      value: pool.machineType,
    });
  } else if (!family.markets.includes(pool.market)) {
    findings.push({
      code: "market-not-sold",
      path,
      message: `Google does not sell ${pool.machineType} ${pool.market}, only ${family.markets.join(" or ")}`,
      value: pool.market,
      suggestion: `add ${pool.instanceType} to instances.deny`,
    });
  }
  if (pool.name.length > longestName) findings.push(tooLong(path, pool.name, longestName));
  const foreign = pool.zones.find((zone) => !zone.startsWith(`${pool.region}-`));
  if (foreign !== undefined)
    findings.push({ code: "zone-outside-region", path, message: `zone ${foreign} is not in ${pool.region}`, value: foreign });
  return findings;
}
