import type { Cloud } from "../../catalog/schema/instance-type.ts";
import { type Layout, layoutKey } from "../layouts/layout.ts";
import { sha256 } from "../sha256.ts";
import type { Market } from "../spec/fleet-spec.ts";

/**
 * Names are identity: they hold what cannot be changed in place and nothing that may change from plan to plan
 * (no index, no count, no plan hash), so that what did not change is not touched.
 */

/** GKE allows 40 characters and EKS 63 for a node pool; Pulumi's auto-naming adds 8. */
const poolNameLimit: Readonly<Record<Cloud, number>> = { aws: 55, gcp: 32, static: 63 };

/** A pod is called <deployment>-<10 characters>-<5 characters> and its host name may have 63. */
const deploymentNameLimit = 46;

export function poolName(pool: {
  readonly cluster: string;
  readonly cloud: Cloud;
  readonly region: string;
  readonly instanceType: string;
  readonly market: Market;
  readonly zone: string | null;
  /** The one workload that may use it. */
  readonly tenant?: string;
  /** Nodes of each replica that spans several of them. */
  readonly network?: { readonly nodes: number };
}): string {
  const tenant = pool.tenant === undefined ? [] : [`for-${pool.tenant}`];
  const zone = pool.zone === null ? [] : [shortZone(pool.zone, pool.region)];
  const span = pool.network === undefined ? [] : [`by-${pool.network.nodes}`];
  return shorten(
    [pool.cluster, pool.instanceType, pool.market, ...span, ...tenant, ...zone].map(slug).join("-"),
    poolNameLimit[pool.cloud],
  );
}

export function deploymentName(workload: string, layout: Layout, pool: string): string {
  return shorten([workload, layoutKey(layout), pool].map(slug).join("-"), deploymentNameLimit);
}

/** `us-east-1a` in us-east-1 is `a`: the cluster already says the region. A site that is one zone keeps its name. */
const shortZone = (zone: string, region: string): string => (zone.startsWith(region) && zone !== region ? zone.slice(region.length) : zone);

/** The characters of a Kubernetes name. */
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");

/** Keeps a readable beginning and tells two long names apart by a hash of the whole. */
function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const suffix = sha256(name).slice(0, 6);
  return `${name.slice(0, limit - suffix.length - 1).replace(/-+$/, "")}-${suffix}`;
}
