import { isNear, type Rule, servedWorkloads, sixDecimals } from "../subject.ts";

/** Dollars per token and request follow from the workload's cost and its demand; there are none where nothing is served. */
export const unitCostsAgree: Rule = (subject) =>
  servedWorkloads(subject).flatMap(({ asked, planned }) => {
    const { requestsPerSecond, inputTokens, outputTokens } = asked.demand;
    const { usdPerHour } = planned.cost;
    const perHour = requestsPerSecond * 3600;
    const units: Readonly<Record<"usdPerMillionTokens" | "usdPerMillionOutputTokens" | "usdPerThousandRequests", number>> = {
      usdPerMillionTokens: (perHour * (inputTokens + outputTokens)) / 1e6,
      usdPerMillionOutputTokens: (perHour * outputTokens) / 1e6,
      usdPerThousandRequests: perHour / 1e3,
    };
    return Object.entries(units).flatMap(([key, unitsPerHour]) => {
      const value = planned.cost[key as keyof typeof units];
      if (unitsPerHour === 0) return value === null ? [] : [`workload ${asked.name}: ${key} without demand`];
      const expected = usdPerHour / unitsPerHour;
      return value !== null && isNear(value, expected, sixDecimals) ? [] : [`workload ${asked.name}: ${key} is ${value}, not ${expected}`];
    });
  });
