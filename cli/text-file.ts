import { readFileSync } from "node:fs";
import { badInput } from "./failure.ts";
import { isSystemError } from "./replace-file.ts";

/** The text of a file; one that cannot be read ends the command, by the name that was `shown` to the user. */
export function textOfFile(path: string, shown: string, suggestion: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message =
      error.code === "ENOENT"
        ? "there is no such file"
        : error.code === "EISDIR"
          ? "is a folder, not a file"
          : `cannot be read (${error.code})`;
    throw badInput({ code: "unreadable-file", path: shown, message, suggestion });
  }
}
