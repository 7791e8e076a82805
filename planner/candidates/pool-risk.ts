import type { Catalog } from "../../catalog/catalog.ts";
import { at } from "../element.ts";
import { hoursPerMonth } from "../units.ts";
import type { Candidate } from "./candidate.ts";
import { nodesTogether, type Offer } from "./offer.ts";
import { leadSeconds } from "./startup-time.ts";

/**
 * How likely spot replicas are away. A node of a pool (one instance type in one zone) is taken at a constant rate; a share of the losses takes
 * the whole pool, and then the pool stays empty until the cloud has capacity again; the others take one node, which is replaced at once. A
 * replica is back when its node is there and it has downloaded, loaded and captured.
 */
export interface PoolRisk {
  /** Losses of a replica in an hour: of any node that it lies on. */
  readonly lossesPerHour: number;
  /** False when the rate is that of the worst band, because none is published. */
  readonly isPublished: boolean;
  /** Chance that the whole pool is away at a random moment. */
  readonly poolAway: number;
  /** Chance that a replica of a pool that is there is away. */
  readonly replicaAway: number;
  /** From the loss of one node to an answering replica. */
  readonly replacementSeconds: number;
}

export function poolRisk(
  catalog: Catalog,
  offer: Pick<Offer, "instanceType" | "region" | "cloud" | "network">,
  replica: Candidate["replica"],
): PoolRisk {
  const { correlation, absence, bands } = catalog.spotModel;
  const row = catalog.spotInterruptions.find(({ instance, region }) => instance === offer.instanceType && region === offer.region);
  const worst = bands.lostShareUpTo.length - 1;
  const lostInAMonth = at(bands.lostShareUpTo, row?.bandIndex ?? worst);
  // The share lost in a month of those that stand at its beginning, at a constant rate.
  const lossesOfNode = -Math.log(1 - lostInAMonth) / hoursPerMonth;
  const { sharedLossShare } = correlation;
  const lossesOfSingle = lossesOfNode * (1 - sharedLossShare) * nodesTogether(offer);
  const replacementSeconds = leadSeconds(catalog, replica);
  const shared = lossesOfNode * sharedLossShare * (absence.meanHours + replacementSeconds / 3600);
  const single = lossesOfSingle * (replacementSeconds / 3600);
  return {
    lossesPerHour: lossesOfNode * sharedLossShare + lossesOfSingle,
    isPublished: row !== undefined,
    poolAway: shared / (1 + shared),
    replicaAway: single / (1 + single),
    replacementSeconds,
  };
}

/**
 * Chance that some spot pool of a candidate is away, were it in all of them: the worst offer's, times its zones. Two pools away at once are so
 * unlikely beside that, that they are left to what the plan reports.
 */
export function spotPoolAway(catalog: Catalog, offers: readonly Offer[], replica: Candidate["replica"]): number {
  const away = offers.map((offer) => (offer.market === "spot" ? poolRisk(catalog, offer, replica).poolAway * offer.zones.length : 0));
  return Math.max(0, ...away);
}
