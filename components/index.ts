/** What `import ... from "gpu-fleet-planner/components"` gives: a finished plan becomes Pulumi resources. */
export type { ClusterBinding } from "./clusterBinding.ts";
export { CostReport, type CostReportArgs, costReportArgs } from "./costReport.ts";
export { GpuFleet, type GpuFleetArgs } from "./gpuFleet.ts";
export type { CloudCredentials } from "./providers.ts";
export { stackOutputs } from "./stackOutputs.ts";
