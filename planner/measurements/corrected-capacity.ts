import { type Capacity, capacity } from "../performance/capacity.ts";
import { estimate } from "../performance/estimate.ts";
import type { Replica } from "../performance/replica.ts";
import type { Lengths } from "../performance/serving-point.ts";
import type { Slo } from "../spec/fleet-spec.ts";
import type { Corrector } from "./corrector.ts";

/** The largest rate of a replica, and the replica with the correction that the rate rests on. */
export interface CorrectedCapacity {
  readonly replica: Replica;
  readonly capacity: Capacity;
}

/** `capacity`, corrected by measured runs near the load at which it is reached; near a single stream where no load is. */
export function correctedCapacity(
  replica: Replica,
  lengths: Lengths,
  slo: Slo,
  confidence: number,
  corrector: Corrector | null,
): CorrectedCapacity {
  const plain = { replica, capacity: capacity(replica, lengths, slo, confidence) };
  if (corrector === null) return plain;
  const point = "point" in plain.capacity ? plain.capacity.point : estimate(replica, lengths, { kind: "closed", concurrency: 1 });
  const correction = point.fits ? corrector.correctionFor(replica, lengths, "open", point) : undefined;
  if (correction === undefined) return plain;
  const corrected = { ...replica, correction };
  return { replica: corrected, capacity: capacity(corrected, lengths, slo, confidence) };
}
