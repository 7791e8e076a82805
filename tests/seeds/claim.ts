import { rounds } from "./case.ts";

/** The five texts. They have no public address; the digest says which version was read. */
export const guides = {
  choosing: { title: "choosing a GPU", sha256: "5d656ab491fcce9aa2248f2961c181536e3d5242c7a70375b9cbb14d3dbcdbd0" },
  vram: { title: "the VRAM guide", sha256: "fa0ba7d79208640d69d366b13bbb67360c791ab1ce7c076c1d3093b42d808fa0" },
  serving: { title: "serving and its bottlenecks", sha256: "058d2d4fe5b0218083ff5f77f74242d61e89c977357c805640358ac6e7b465fc" },
  cost: { title: "what inference costs", sha256: "33b9dddf9c6010b88f7e6d07ea8013235d58e588cca855468de0cc1c6dc12538" },
  hardware: { title: "hardware for serving", sha256: "5179b54f1ab00d3b86960825e1c8e13f3d05d0ebf4fa35eb7b3b1ff783e3d587" },
} as const;

/** One figure of a guide, and the program's. */
export interface Figure {
  readonly of: string;
  readonly unit: string;
  /** A range where the guide gives one; null where it is printed for the reader only. */
  readonly stated: number | readonly [number, number] | null;
  readonly program: () => number | Promise<number>;
  /** Worked out by hand from published facts, where it can be: the program must give it, to the last digit or within a share. */
  readonly truth?: number;
  readonly truthWithin?: number;
  /** How far off, as a share, a figure that the guide calls approximate may be. Without it, it must round to what is stated. */
  readonly about?: number;
  /** Significant digits to print: 2 for what rests on fitted constants, so that a refit does not rewrite the page. */
  readonly digits?: number;
}

/**
 * right: every figure of it is the program's; partly: some are; wrong: none is. untested: the program predicts nothing of the kind
 * (answers' quality, training), and what it does instead is said.
 */
export type Verdict = "right" | "partly" | "wrong" | "untested";

export interface Claim {
  readonly guide: keyof typeof guides;
  readonly id: string;
  /** In our words. */
  readonly says: string;
  readonly figures: readonly Figure[];
  readonly verdict: Verdict;
  readonly why: string;
}

export function agrees({ stated, about }: Figure, value: number): boolean {
  if (stated === null) return true;
  const [low, high] = typeof stated === "number" ? [stated, stated] : stated;
  if (typeof stated !== "number") return value >= low * (1 - (about ?? 0)) && value <= high * (1 + (about ?? 0));
  return about === undefined ? rounds(stated, value) : Math.abs(stated / value - 1) <= about;
}

/** A claim's figures with the program's values, and what follows from them. */
export interface Checked {
  readonly claim: Claim;
  readonly values: readonly number[];
  readonly verdict: Verdict;
}

export async function check(claim: Claim): Promise<Checked> {
  const values = await Promise.all(claim.figures.map((figure) => figure.program()));
  const tested = claim.figures
    .map((figure, index) => ({ figure, value: values[index] ?? Number.NaN }))
    .filter(({ figure }) => figure.stated !== null);
  const right = tested.filter(({ figure, value }) => agrees(figure, value)).length;
  const verdict = tested.length === 0 ? "untested" : right === tested.length ? "right" : right === 0 ? "wrong" : "partly";
  return { claim, values, verdict };
}
