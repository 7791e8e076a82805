export const enginePort = 8000;

/** Address inside the cluster. The namespace is named after the fleet and the Service after the workload. */
export const endpoint = (fleet: string, workload: string): string => `http://${workload}.${fleet}.svc.cluster.local:${enginePort}/v1`;
