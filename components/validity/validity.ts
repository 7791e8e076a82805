import type { Finding } from "../../planner/finding.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { notDeployable } from "../../planner/plan/not-deployable.ts";
import type { GpuFleetArgs } from "../gpuFleet.ts";
import { awsFindings } from "./aws.ts";
import { bindingFindings } from "./bindings.ts";
import { gcpFindings } from "./gcp.ts";
import { nameFindings } from "./names.ts";
import { poolFindings } from "./pools.ts";
import { scalingFindings } from "./scaling.ts";
import { servingFindings } from "./serving.ts";

/**
 * Everything that a cloud or Kubernetes would refuse, or that this version does not emit, found before the first resource is made:
 * a fleet that stops half-way has already cost money. Pure; [] when all is well.
 */
export const validityFindings = (args: GpuFleetArgs): Finding[] => [
  ...refusals(args.plan),
  ...nameFindings(args),
  ...bindingFindings(args),
  ...args.plan.pools.flatMap((pool) => poolFindings(pool, args.plan)),
  ...args.plan.pools.filter(({ cloud }) => cloud === "aws").flatMap((pool) => awsFindings(pool)),
  ...args.plan.pools.filter(({ cloud }) => cloud === "gcp").flatMap((pool) => gcpFindings(pool)),
  ...args.plan.workloads.flatMap((workload) => servingFindings(workload, args)),
  ...scalingFindings(args),
];

/** What the plan says of itself, and what it does not say because it was made by hand or before this was asked. */
function refusals(plan: FleetPlan): Finding[] {
  const said = plan.notDeployable ?? [];
  const isSaid = ({ code, path }: Finding): boolean => said.some((other) => other.code === code && other.path === path);
  return [...said, ...notDeployable(plan).filter((finding) => !isSaid(finding))];
}
