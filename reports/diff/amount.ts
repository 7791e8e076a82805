import { dollars } from "../money.ts";
import { percent } from "../quantity.ts";
import type { MoneyChange } from "./plan-diff.ts";

/** US dollars a month, or a share of the old month. */
export type Amount = { readonly usdPerMonth: number } | { readonly share: number };

export const amountText = (amount: Amount): string => ("share" in amount ? percent(amount.share) : dollars(amount.usdPerMonth));

/** Whether the month moves by more than that, up or down. What cost nothing before moves by more than any share. */
export const isAbove = ({ difference, share }: MoneyChange, amount: Amount): boolean =>
  "share" in amount
    ? difference.usdPerMonth !== 0 && (share === null || Math.abs(share) > amount.share)
    : Math.abs(difference.usdPerMonth) > amount.usdPerMonth;
