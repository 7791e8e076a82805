import { isNear, type Rule, servedWorkloads, sixDecimals, sum } from "../subject.ts";

/** A workload of one token a day costs billions of dollars per million of them: there six decimals are more than a number holds. */
const lastBits = 1e-12;

/**
 * Dollars per token and request follow from the workload's cost and what it serves in a mean hour of the day, as far as the spec says how
 * its days go; there are none where nothing is served.
 */
export const unitCostsAgree: Rule = (subject) =>
  servedWorkloads(subject).flatMap(({ asked, planned }) => {
    const { requestsPerSecond, hourlyRequestsPerSecond: hours, batch, inputTokens, outputTokens } = asked.demand;
    const { usdPerHour } = planned.cost;
    const perDay = batch?.requestsPerDay ?? (hours === null ? requestsPerSecond * 86_400 : sum(hours) * 3600);
    const perHour = perDay / 24;
    const units: Readonly<Record<"usdPerMillionTokens" | "usdPerMillionOutputTokens" | "usdPerThousandRequests", number>> = {
      usdPerMillionTokens: (perHour * (inputTokens + outputTokens)) / 1e6,
      usdPerMillionOutputTokens: (perHour * outputTokens) / 1e6,
      usdPerThousandRequests: perHour / 1e3,
    };
    return Object.entries(units).flatMap(([key, unitsPerHour]) => {
      const value = planned.cost[key as keyof typeof units];
      if (unitsPerHour === 0) return value === null ? [] : [`workload ${asked.name}: ${key} without demand`];
      const expected = usdPerHour / unitsPerHour;
      return value !== null && isNear(value, expected, Math.max(sixDecimals, expected * lastBits))
        ? []
        : [`workload ${asked.name}: ${key} is ${value}, not ${expected}`];
    });
  });
