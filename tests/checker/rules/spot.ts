import { placedIn, type Rule, servedWorkloads, sum } from "../subject.ts";
import { capacityOf } from "./survival.ts";

/** No more replicas and capacity on spot than the workload's share allows; shares are decimal fractions in binary, hence the tolerance. */
export const spotShareHolds: Rule = (subject) =>
  servedWorkloads(subject).flatMap((served) => {
    const placed = placedIn(subject, served);
    const all = sum(placed.map(({ deployment }) => deployment.replicas));
    const spot = sum(placed.filter(({ pool }) => pool.market === "spot").map(({ deployment }) => deployment.replicas));
    const { maxShare } = served.asked.spot;
    const onSpot = capacityOf(placed.filter(({ pool }) => pool.market === "spot"));
    if (spot > Math.floor(maxShare * all + 1e-6))
      return [`workload ${served.asked.name}: ${spot} of ${all} replicas are on spot, more than the share ${maxShare}`];
    return onSpot > maxShare * capacityOf(placed) * (1 + 1e-9) + 1e-6
      ? [`workload ${served.asked.name}: more of its capacity is on spot than the share ${maxShare}`]
      : [];
  });
