import type { RejectedCandidate } from "../candidates/candidate.ts";
import { listed } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import { excess, layoutWords, nearest, offersOf, placeable, type Situation } from "./situation.ts";
import { limitWords, roundedUp, unitOf } from "./slo-words.ts";

const isLate = (one: RejectedCandidate): boolean => one.finding.code === "slo-unreachable" && excess(one) !== null;

const figureOf = ({ finding }: RejectedCandidate): number => Number(finding.value);

/** A finding for every latency limit that no layout meets even when idle; or, when each is met by some layout, one for the set of them. */
export function unreachableLimits(situation: Situation, workload: WorkloadSpec, rejected: readonly RejectedCandidate[]): Finding[] {
  if (!rejected.some(isLate)) return [];
  const keys = Object.keys(workload.slo);
  const alone = keys.flatMap((key) => unreachableAlone(situation, workload, key));
  return alone.length > 0 ? alone : together(workload, rejected.filter(isLate));
}

function unreachableAlone({ offers, search, spec }: Situation, workload: WorkloadSpec, key: string): Finding[] {
  const slo = Object.fromEntries(Object.entries(workload.slo).filter(([name]) => name === key));
  const { taken, rejected } = search({ ...workload, slo }, offers);
  const best = nearest(placeable(rejected, offersOf(workload, offers)).filter(isLate), figureOf);
  if (taken.length > 0 || best === undefined) return [];
  const fastest = roundedUp(figureOf(best));
  const limit = Number(best.finding.limit);
  return [
    {
      code: "slo-unreachable",
      path: `${workload.path}.slo.${key}`,
      message: `no layout on offer keeps ${limitWords(key, limit)}: the best, ${layoutWords(best.layout)}, needs ${limitWords(key, fastest)} even when idle (confidence ${spec.confidence})`,
      value: fastest,
      limit,
      unit: unitOf(key),
      suggestion: `raise it above ${limitWords(key, fastest)}`,
    },
  ];
}

/** The layouts that keep one limit break another. */
function together(workload: WorkloadSpec, rejected: readonly RejectedCandidate[]): Finding[] {
  const closest = nearest(rejected, (one) => excess(one) ?? Number.POSITIVE_INFINITY);
  if (closest === undefined) return [];
  const key = closest.finding.path.replace(/^slo\./, "");
  const fastest = roundedUp(figureOf(closest));
  const limit = Number(closest.finding.limit);
  return [
    {
      code: "slo-unreachable",
      path: `${workload.path}.slo`,
      message: `no layout on offer keeps ${listed(Object.keys(workload.slo))} together: the closest, ${layoutWords(closest.layout)}, needs ${limitWords(key, fastest)} even when idle where ${key} allows ${limitWords(key, limit)}`,
      value: fastest,
      limit,
      unit: unitOf(key),
      suggestion: `raise ${key} above ${limitWords(key, fastest)}`,
    },
  ];
}
