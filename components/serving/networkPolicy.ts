import type { networking } from "@pulumi/kubernetes/types/input.js";
import type { PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import { clientLabel, workloadLabel } from "../labels.ts";
import { enginePort } from "./endpoint.ts";

const metadataAddress = "169.254.169.254/32";

/**
 * The engine answers anybody who reaches its port, also on paths that stop requests (/pause, /abort_requests), and an API key does not
 * protect those. So only pods of the fleet's own namespace and of namespaces that were let in by a label reach it.
 * Out go name lookups and downloads of weights.
 */
export function networkPolicySpec(workload: PlannedWorkload): networking.v1.NetworkPolicySpec {
  const sources = new Set(workload.deployments.map(({ weights }) => weights.source));
  const dns = [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ];
  return {
    podSelector: { matchLabels: { [workloadLabel]: workload.name } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [{ podSelector: {} }, { namespaceSelector: { matchLabels: { [clientLabel]: "true" } } }],
        ports: [{ protocol: "TCP", port: enginePort }],
      },
    ],
    egress: [
      { to: [{ namespaceSelector: {} }, { ipBlock: { cidr: "169.254.20.10/32" } }], ports: dns },
      ...(sources.size === 1 && sources.has("volume")
        ? []
        : [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: [metadataAddress] } }], ports: [{ protocol: "TCP", port: 443 }] }]),
      ...(sources.has("s3") ? [podIdentity] : []),
      ...(sources.has("gs") ? [gkeMetadataServer] : []),
    ],
  };
}

/** EKS Pod Identity's agent, where the AWS SDK fetches credentials. */
const podIdentity = { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [{ protocol: "TCP", port: 80 }] };

/** Workload identity: the metadata server as pods see it (80) and as it listens on the node (988). */
const gkeMetadataServer = {
  to: [{ ipBlock: { cidr: metadataAddress } }, { ipBlock: { cidr: "169.254.169.252/32" } }],
  ports: [
    { protocol: "TCP", port: 80 },
    { protocol: "TCP", port: 988 },
  ],
};
