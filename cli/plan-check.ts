import { findingText } from "../reports/finding-text.ts";
import { dollars } from "../reports/money.ts";
import { cannotDo } from "./failure.ts";
import { keptPlan, lockFilesOf } from "./lock-file.ts";
import type { OpenedSpec } from "./open-spec.ts";
import { missingLock } from "./plan-to-deploy.ts";
import type { CommonFlags, Session } from "./session.ts";

/** `plan --check`: whether the lock still answers the spec. Plans nothing. With `--json` the answer is the fleet as it would be deployed. */
export async function checkLock(opened: OpenedSpec, path: string, flags: CommonFlags, session: Session): Promise<void> {
  const files = lockFilesOf(path);
  const plan = keptPlan(opened, files, session.io.directory);
  if (plan === null) throw cannotDo(missingLock(files, "nothing is kept"));
  if (flags.json) return session.printJson(plan);
  const warnings = plan.warnings.filter(({ code }) => code.startsWith("lock-")).map((warning) => `warning: ${findingText(warning)}`);
  const refused = (plan.notDeployable ?? []).map((finding) => `cannot be deployed yet: ${findingText(finding)}`);
  await session.print([`${files.lock} answers ${path}: ${dollars(plan.cost.usdPerMonth)} a month`, ...refused, ...warnings].join("\n"));
}
