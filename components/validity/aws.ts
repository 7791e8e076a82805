import type { Finding } from "../../planner/finding.ts";
import type { PlannedPool } from "../../planner/plan/fleet-plan.ts";

/** EKS allows 63 characters and auto-naming adds 8. */
const longestName = 55;
const largestDiskBytes = 16 * 2 ** 40;

/** What EKS would refuse of a managed node group. */
export function awsFindings(pool: PlannedPool): Finding[] {
  const path = `pools.${pool.name}`;
  const findings: Finding[] = [];
  if (pool.name.length > longestName) findings.push(tooLong(path, pool.name, longestName));
  if (pool.diskBytes > largestDiskBytes) {
    findings.push({
      code: "disk-too-large",
      path,
      message: "gp3 volumes end at 16 TiB",
      value: pool.diskBytes,
      limit: largestDiskBytes,
      unit: "bytes",
    });
  }
  return findings;
}

export const tooLong = (path: string, name: string, limit: number): Finding => ({
  code: "pool-name-too-long",
  path,
  message: `${name.length} characters, and the cloud's limit leaves ${limit}`,
  value: name.length,
  limit,
});
