import { placedIn, type Rule, servedWorkloads, sum } from "../subject.ts";

/** No more replicas on spot than the workload's share allows; shares are decimal fractions in binary, hence the tolerance. */
export const spotShareHolds: Rule = (subject) =>
  servedWorkloads(subject).flatMap((served) => {
    const placed = placedIn(subject, served);
    const all = sum(placed.map(({ deployment }) => deployment.replicas));
    const spot = sum(placed.filter(({ pool }) => pool.market === "spot").map(({ deployment }) => deployment.replicas));
    const { maxShare } = served.asked.spot;
    return spot > Math.floor(maxShare * all + 1e-6)
      ? [`workload ${served.asked.name}: ${spot} of ${all} replicas are on spot, more than the share ${maxShare}`]
      : [];
  });
