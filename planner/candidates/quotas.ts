import type { QuotaSpec } from "../spec/fleet-spec.ts";
import { awsStandardFamilies } from "../spec/quota-families.ts";
import type { Offer } from "./offer.ts";

/** Whether nodes of an offer count against a quota: of GPUs for nodes with GPUs, of vCPUs for nodes without. */
export function isUnderQuota(quota: QuotaSpec, offer: Pick<Offer, "cloud" | "region" | "family" | "market" | "gpu">): boolean {
  if (offer.cloud !== quota.cloud || offer.region !== quota.region || offer.market !== quota.market) return false;
  if ((quota.vcpus === undefined) !== (offer.gpu !== null)) return false;
  const { name, pattern } = awsStandardFamilies;
  return offer.family === quota.family || (quota.cloud === "aws" && quota.family === name && pattern.test(offer.family));
}

/**
 * A quota in what packing counts. vCPUs become slots at the largest number of vCPUs that a slot of these nodes stands for: exact where every
 * node is a whole number of slots, as the catalog's are, and never too many.
 */
export function quotaSlots(quota: QuotaSpec, under: readonly Pick<Offer, "slotsPerNode" | "vcpusPerNode">[]): number {
  if (quota.vcpus === undefined) return quota.gpus ?? 0;
  const perSlot = Math.max(1, ...under.map(({ vcpusPerNode, slotsPerNode }) => vcpusPerNode / slotsPerNode));
  return Math.floor(quota.vcpus / perSlot);
}
