/** Prefix of every label and tag key that the project sets. */
export const labelDomain = "gpu-fleet-planner";

/** On every node of a pool and on no other node: Deployments select by it, so that a replica runs on what it was planned for. */
export const poolLabel = `${labelDomain}/pool`;
export const fleetLabel = `${labelDomain}/fleet`;
export const workloadLabel = `${labelDomain}/workload`;
export const deploymentLabel = `${labelDomain}/deployment`;
export const costCenterLabel = `${labelDomain}/cost-center`;

/** A namespace with this label set to "true" may send requests to the fleet's engines. */
export const clientLabel = `${labelDomain}/client`;

/** Keeps pods that ask for no GPU off the expensive nodes. GKE sets the same key and value by itself on GPU pools. */
export const gpuTaint = { key: "nvidia.com/gpu", value: "present" } as const;

/** The same for nodes without GPUs, which every pod of a cluster could use: a replica that finds its slot taken stays pending. */
export const reservedTaint = { key: `${labelDomain}/reserved`, value: "inference" } as const;

/** GKE sets the label on spot nodes, not the taint; we set the taint so that nothing lands on spot unasked. */
export const gkeSpotTaint = { key: "cloud.google.com/gke-spot", value: "true" } as const;
