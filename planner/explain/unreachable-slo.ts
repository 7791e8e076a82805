import type { RejectedCandidate } from "../candidates/candidate.ts";
import { grouped, listed } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import { excess, layoutWords, nearest, offersOf, placeable, type Situation } from "./situation.ts";

const isLate = (one: RejectedCandidate): boolean => one.finding.code === "slo-unreachable" && excess(one) !== null;

const figureOf = ({ finding }: RejectedCandidate): number => Number(finding.value);

/** Milliseconds that are safe to put into a spec: rounded up. */
const ceilMs = (ms: number): number => (ms < 10 ? Math.ceil(ms * 10) / 10 : Math.ceil(ms));
const words = (ms: number): string => `${grouped(ms, Number.isInteger(ms) ? 0 : 1)} ms`;

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
  const fastest = ceilMs(figureOf(best));
  const limit = Number(best.finding.limit);
  return [
    {
      code: "slo-unreachable",
      path: `${workload.path}.slo.${key}`,
      message: `no layout on offer keeps ${words(limit)}: the best, ${layoutWords(best.layout)}, needs ${words(fastest)} even when idle (confidence ${spec.confidence})`,
      value: fastest,
      limit,
      unit: "ms",
      suggestion: `raise it above ${words(fastest)}`,
    },
  ];
}

/** The layouts that keep one limit break another. */
function together(workload: WorkloadSpec, rejected: readonly RejectedCandidate[]): Finding[] {
  const closest = nearest(rejected, (one) => excess(one) ?? Number.POSITIVE_INFINITY);
  if (closest === undefined) return [];
  const key = closest.finding.path.replace(/^slo\./, "");
  const fastest = ceilMs(figureOf(closest));
  const limit = Number(closest.finding.limit);
  return [
    {
      code: "slo-unreachable",
      path: `${workload.path}.slo`,
      message: `no layout on offer keeps ${listed(Object.keys(workload.slo))} together: the closest, ${layoutWords(closest.layout)}, needs ${words(fastest)} even when idle where ${key} allows ${words(limit)}`,
      value: fastest,
      limit,
      unit: "ms",
      suggestion: `raise ${key} above ${words(fastest)}`,
    },
  ];
}
