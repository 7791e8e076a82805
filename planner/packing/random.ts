import { at } from "../element.ts";

/** Whole numbers below a limit, and fractions below 1, from a seed. */
export interface Random {
  fraction(): number;
  below(limit: number): number;
}

/** mulberry32: 32 bits of state, the same sequence on every machine (Tommy Ettinger, 2017, public domain). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { fraction, below: (limit) => Math.floor(fraction() * limit) };
}

/** In place, every order equally likely. */
export function shuffle(list: number[], random: Random): void {
  for (let index = list.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    const moved = at(list, index);
    list[index] = at(list, other);
    list[other] = moved;
  }
}
