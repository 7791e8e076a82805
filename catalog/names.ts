import { distance } from "fastest-levenshtein";

/** A name with the freedom that people take: case, spaces, hyphens and underscores do not count. */
export const looseName = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, "");

/** `Llama-3.1-8B` of `meta-llama/Llama-3.1-8B`. */
export const withoutOrganisation = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/** The known names of which it is one part between dashes: `awq-int4` and `int4-w4a16` for `int4`. */
export const holding = (part: string, known: readonly string[]): string[] =>
  known.filter((name) => name.split("-").includes(part.toLowerCase()));

/** The known name that was probably meant, or undefined when none is near: at most a third of the letters differ. */
export function suggest(name: string, known: readonly string[]): string | undefined {
  const wanted = looseName(name);
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const candidate of known) {
    const edits = Math.min(distance(wanted, looseName(candidate)), distance(wanted, looseName(withoutOrganisation(candidate))));
    if (best === undefined || edits < best.edits) best = { name: candidate, edits };
  }
  return best !== undefined && best.edits <= Math.max(1, Math.floor(wanted.length / 3)) ? best.name : undefined;
}
