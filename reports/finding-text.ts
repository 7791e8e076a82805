import type { Finding } from "../planner/finding.ts";

/** `path: message; suggestion`, in one line. */
export const findingText = (finding: Finding): string => {
  const place = finding.path === "" ? "" : `${finding.path}: `;
  const advice = finding.suggestion === undefined ? "" : `; ${finding.suggestion}`;
  return `${place}${finding.message}${advice}`;
};

/** Findings that say the same about several places, as one; in the order in which they first came. */
export interface FindingGroup {
  readonly finding: Finding;
  readonly paths: readonly string[];
}

export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = new Map<string, { finding: Finding; paths: string[] }>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.message, finding.suggestion ?? ""]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { finding, paths: finding.path === "" ? [] : [finding.path] });
    else if (finding.path !== "" && !group.paths.includes(finding.path)) group.paths.push(finding.path);
  }
  return [...groups.values()];
}

const pathsShown = 3;

/** One line for a group: the first places by name, the rest as a number. */
export function groupText(group: FindingGroup): string {
  const shown = group.paths.slice(0, pathsShown).join(", ");
  const more = group.paths.length > pathsShown ? ` and ${group.paths.length - pathsShown} more` : "";
  return findingText({ ...group.finding, path: `${shown}${more}` });
}
