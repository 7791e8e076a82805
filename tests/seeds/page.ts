import { cacheProductBytes, type GuideCase, gpuText, guideCases, heldBy, ownSumBytes, statedCacheGB } from "./case.ts";
import { type Checked, check, type Figure, guides, type Verdict } from "./claim.ts";
import { topics } from "./claims.ts";
import { cache, weights } from "./program.ts";

/** docs/seed-cases.md, from the same data that the tests hold: `npx vitest run tests/seeds -u` writes it anew. */
export async function page(): Promise<string> {
  const checked = await Promise.all(
    topics.map(async ({ title, claims }) => ({ title, claims: await Promise.all(claims.map((claim) => check(claim))) })),
  );
  const all = checked.flatMap(({ claims }) => claims);
  return [
    intro,
    summary(all),
    "## The 22 worked cases\n",
    casesIntro,
    caseTable(),
    ...guideCases.map(caseNotes),
    "",
    "## Examples and rules\n",
    rulesIntro,
    ...checked.map(({ title, claims }) => `### ${title}\n\n${claimTable(claims)}`),
  ].join("\n");
}

const wrongSums = guideCases.filter(({ verdict }) => verdict.arithmetic === "wrong").length;

const intro = `# Rules of thumb, checked

This project grew from five guides on sizing GPUs for language models, of the kind one finds everywhere: formulas, worked cases, tables of which GPU
holds which model. This page puts all of it to the program, line by line: what the guide says, what \`gpufleet size\`, \`estimate\` and \`plan\` say, and why
they differ where they do. It is written by its own test (\`npx vitest run tests/seeds -u\`), which also holds the program to figures worked out
by hand wherever that can be done, and fails when a figure here is off by more than 5 %.

What to take from it, before the details:

- **Count parameters and KV heads, do not read them off the name.** The most frequent error is a KV cache as wide as the model: with grouped queries it is 5 to 8 times too large.
- **The next one is arithmetic.** In ${wrongSums} of 22 cases a printed figure does not follow from what stands beside it, and GB and GiB are added up.
- **Overhead is a few GiB, not 15 %.** What else is not available is the share the engine leaves unused.
- **Encoders have no KV cache,** and a 4-bit checkpoint is larger than half a byte a parameter.
- **Conclusions often survive wrong figures,** because the errors cancel or the card is twice as large as needed. Where the case is tight, they do not.

The guides, by the digest of the text that was read (they have no public address): ${Object.values(guides)
  .map(({ title, sha256 }) => `*${title}* (SHA-256 ${sha256.slice(0, 12)}...)`)
  .join(", ")}.
`;

const casesIntro = `All from the VRAM guide. *Own sum* is the guide's formula on the guide's inputs: (weights + cache + activations) x 1.15. *True* figures are the
program's: weights as a checkpoint of that format stores them, cache of the real model in the engine's blocks. *Arithmetic*: do the figures follow from
each other, in GB or at least in GiB? *Model*: layers and cache width as they are, parameters within 5 %? *Conclusion*: does vLLM at its defaults, with
\`max-num-seqs\` at the case's batch, have room for the case on the GPUs named?
`;

const rulesIntro = `**right**: every figure is the program's, within rounding or what "about" allows. **partly**: some are. **wrong**: none is. **untested**: the
program has nothing to hold against it, and the last column says what it does instead. Figures that rest on fitted constants have two digits.
`;

function summary(all: readonly Checked[]): string {
  const count = (verdict: Verdict): number => all.filter((one) => one.verdict === verdict).length;
  const cases = (holds: string): number => guideCases.filter(({ verdict }) => verdict.conclusion === holds).length;
  const sound = guideCases.filter(({ verdict }) => verdict.arithmetic !== "wrong" && verdict.architecture === "correct");
  return `Of the 22 cases, ${sound.length} describe their model as it is and add up (${sound.map(({ number }) => number).join(", ")}); the conclusion holds in ${cases("holds")}, is on the edge in ${cases(
    "borderline",
  )} and fails in ${cases("fails")}. Of the ${all.length} examples and rules, ${count("right")} are right, ${count("partly")} partly, ${count("wrong")} wrong, and ${count("untested")} cannot be tested here.
`;
}

function caseTable(): string {
  const rows = guideCases.map((one) => {
    const { number, title, precision, requests, tokens, stated, verdict } = one;
    return [
      number,
      title,
      `${requests} x ${grouped(tokens)}, ${precision}`,
      `${stated.weightsGB} / ${(weights(one.model, precision) / 1e9).toFixed(1)}`,
      `${Number(statedCacheGB(one).toFixed(2))} / ${gigabytes(cacheProductBytes(one))} / ${gigabytes(cache(one.model, tokens, requests, cacheWish(one)))}`,
      `${stated.totalGB} / ${(ownSumBytes(one) / 1e9).toFixed(1)}`,
      verdict.arithmetic === "correct-but-GiB-labelled-GB" ? "correct in GiB" : verdict.arithmetic,
      verdict.architecture,
      verdict.conclusion,
    ];
  });
  return table(
    [
      "#",
      "case",
      "load",
      "weights GB: guide / true",
      "cache GB: guide / its product / true",
      "total GB: guide / own sum",
      "arithmetic",
      "model",
      "conclusion",
    ],
    rows,
  );
}

const cacheWish = ({ precision }: GuideCase) => ({ precision });

function caseNotes(one: GuideCase): string {
  const held = heldBy(one);
  const rooms = one.conclusions.map(
    (conclusion, index) => `${gpuText(conclusion)} ${grouped(held[index] ?? 0)} (guide: ${conclusion.serves ? "enough" : "not enough"})`,
  );
  return `- **Case ${one.number}.** ${one.why.join(" ")} Room for sequences, of which ${one.requests} ${one.requests === 1 ? "is" : "are"} needed: ${rooms.join(", ")}.`;
}

function claimTable(claims: readonly Checked[]): string {
  const rows = claims.map(({ claim, values, verdict }) => [
    `*${guides[claim.guide].title}*: ${claim.says}`,
    claim.figures.map((figure, index) => figureText(figure, values[index] ?? Number.NaN)).join("<br>"),
    `**${verdict}**`,
    claim.why,
  ]);
  return table(["guide", "guide → program", "verdict", "why"], rows);
}

function figureText(figure: Figure, value: number): string {
  const { of, unit, stated } = figure;
  const shown = (number: number): string => (unit === "yes = 1" ? (number === 1 ? "yes" : "no") : grouped(number));
  const name = unit === "yes = 1" ? "" : ` ${unit}`;
  const program = shown(unit === "yes = 1" ? value : rounded(value, figure.digits ?? 4));
  return stated === null ? `${of}: ${program}${name}` : `${of}: ${rangeText(stated, shown)} → ${program}${name}`;
}

/** An open end is written as a very large number in the data. */
function rangeText(stated: number | readonly [number, number], shown: (number: number) => string): string {
  if (typeof stated === "number") return shown(stated);
  const [low, high] = stated;
  if (low === high) return shown(low);
  return high >= 100 && low === 1 ? `over ${shown(low)}` : `${shown(low)} to ${shown(high)}`;
}

/** Whole numbers stay whole; the rest to so many significant digits. */
const rounded = (value: number, digits: number): number =>
  Number.isInteger(value) && digits >= 4 ? value : Number(value.toPrecision(digits));

const grouped = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 3 });
const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2);

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n")
    .concat("\n");
