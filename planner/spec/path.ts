/** Where something stands in a spec, as people write it: `workloads[1].traffic.inputTokens`, `tags["a b"]`. */
export type PathKey = string | number;

const plainKey = /^[A-Za-z_][\w-]*$/;

export function joinPath(parent: string, key: PathKey): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  if (!plainKey.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === "" ? key : `${parent}.${key}`;
}

export const joinPaths = (parent: string, keys: readonly PathKey[]): string => keys.reduce<string>(joinPath, parent);

/** The path one level up; always shorter, so that climbing ends at the empty path. */
export function parentPath(path: string): string {
  const cut = path.endsWith("]") ? path.lastIndexOf("[") : path.lastIndexOf(".");
  return cut <= 0 ? "" : path.slice(0, cut);
}
