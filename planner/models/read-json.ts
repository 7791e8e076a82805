import type { Finding } from "../finding.ts";
import { isMapping } from "./fields.ts";

/**
 * The mapping in a JSON text as Python writes it: NaN and Infinity, which JSON does not know, stand for nothing (they occur in fields that
 * say nothing about sizes).
 */
export function readJsonMapping(
  text: string,
  file: string,
): { readonly value: Readonly<Record<string, unknown>> } | { readonly finding: Finding } {
  const value = parse(text) ?? parse(text.replace(/([:[,]\s*)(?:-?Infinity|NaN)(?=\s*[,\]}])/g, "$1null"));
  if (value !== undefined && isMapping(value.parsed)) return { value: value.parsed };
  const cut = value === undefined && !text.trimEnd().endsWith("}");
  const message = value !== undefined ? "is no JSON object" : cut ? "is cut off: it does not end as JSON does" : "is no JSON";
  return {
    finding: {
      code: "unreadable-model-file",
      path: file,
      message,
      suggestion: "fetch the file again, or name the folder that holds config.json",
    },
  };
}

function parse(text: string): { readonly parsed: unknown } | undefined {
  try {
    return { parsed: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
