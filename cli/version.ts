import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The version in package.json, which lies one folder up in a checkout and two in the package (dist/cli). */
export function plannerVersion(): string {
  for (const place of ["../package.json", "../../package.json"]) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  }
  return "unversioned";
}
