import type { Finding } from "../../finding.ts";

export const notSupported = (path: string, what: string, suggestion: string): Finding => ({
  code: "not-supported-yet",
  path,
  message: `${what} is not supported yet`,
  suggestion,
});
