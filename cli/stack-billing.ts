import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Finding } from "../planner/finding.ts";
import type { ByCloud } from "./commands/export.ts";
import { badInput, Failure } from "./failure.ts";

/** Who pays for a fleet, as its stack's config says. */
export interface Billing {
  readonly billingAccountId?: ByCloud | undefined;
  readonly billingAccountName?: ByCloud | undefined;
  readonly subAccountId?: ByCloud | undefined;
  readonly subAccountName?: ByCloud | undefined;
}

const text = z.string({ error: "expected a text: put quotes around numbers" }).min(1);
const byCloud = z.union([text.transform((all): ByCloud => ({ all })), z.strictObject({ aws: text, gcp: text, static: text }).partial()], {
  error: "expected a text (quotes around numbers), or one for each of aws, gcp, static",
});
const billingSchema = z
  .strictObject(
    { billingAccountId: byCloud, billingAccountName: byCloud, subAccountId: byCloud, subAccountName: byCloud },
    { error: ({ code }) => (code === "invalid_type" ? "expected keys such as billingAccountId" : undefined) },
  )
  .partial();

const project = "gpu-fleet-planner";

/** `stacks/prod.fleet.yaml` and `stacks/prod.plan.json` belong to the stack prod. */
const stackOf = (path: string): string => basename(path).replace(/\.(fleet\.ya?ml|plan\.json)$/, "");

function configIn(place: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return (parse(readFileSync(place, "utf8")) as { config?: Record<string, unknown> } | null)?.config ?? {};
  } catch (error) {
    const [message = ""] = String(error instanceof Error ? error.message : error).split("\n");
    throw badInput({ code: "invalid-config", path: file, message: `is no YAML that can be read: ${message}` });
  }
}

/** Config `billing` of the stack to which a spec or lock belongs; empty without one. @throws {Failure} when it is not what it should be. */
export function billingOfStack(path: string, directory: string): Billing {
  const file = join("stacks", `Pulumi.${stackOf(path)}.yaml`);
  const place = resolve(directory, file);
  if (!existsSync(place)) return {};
  const config = configIn(place, file);
  const result = billingSchema.safeParse(config[`${project}:billing`] ?? {});
  if (result.success) return result.data as Billing;
  throw new Failure(
    2,
    result.error.issues.map(
      (issue): Finding => ({
        code: "invalid-config",
        path: [`${file} ${project}:billing`, ...issue.path].join("."),
        message: issue.message,
      }),
    ),
  );
}
