import type { Catalog } from "../../catalog/catalog.ts";
import type { Finding } from "../finding.ts";
import type { Slo } from "./fleet-spec.ts";
import { createNotes } from "./notes.ts";
import type { SpecResult } from "./read-spec.ts";
import { resolveFleet } from "./resolve/fleet.ts";

/** One workload asked for without a file, as `gpufleet plan --model ...` does. What is left out gets the defaults of a spec. */
export interface WorkloadRequest {
  readonly model: string;
  /** Default: auto. */
  readonly precision?: string | readonly string[] | undefined;
  /** Requests per second at the busiest hour. */
  readonly qps: number;
  readonly averageContext?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly inputTokensP95?: number | undefined;
  readonly prefixCacheHitRate?: number | undefined;
  readonly maxModelLen?: number | undefined;
  readonly kvCacheDtype?: string | undefined;
  readonly slo?: Slo | undefined;
  readonly survive?: string | undefined;
  readonly spotMaxShare?: number | undefined;
  readonly clouds?: Readonly<Record<string, { readonly regions: readonly string[] }>> | undefined;
  readonly markets?: readonly string[] | undefined;
  readonly gpus?: AllowDenyRequest | undefined;
  readonly instances?: AllowDenyRequest | undefined;
  readonly engineVersion?: string | undefined;
  readonly name?: string | undefined;
  readonly confidence?: number | undefined;
}

interface AllowDenyRequest {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** The same reading and the same checks as of a file; findings have the path of the field (`model`, `qps`) and no position. */
export function specFor(request: WorkloadRequest, catalog: Catalog): SpecResult {
  const { inputTokens, outputTokens, inputTokensP95, prefixCacheHitRate } = request;
  const workload = present({
    name: request.name ?? "workload",
    model: request.model,
    precision: request.precision ?? "auto",
    qps: request.qps,
    averageContext: request.averageContext,
    traffic: presentOrNothing({ inputTokens, outputTokens, inputTokensP95, prefixCacheHitRate }),
    maxModelLen: request.maxModelLen,
    kvCacheDtype: request.kvCacheDtype,
    slo: request.slo,
    availability: presentOrNothing({ survive: request.survive }),
    spot: presentOrNothing({ maxShare: request.spotMaxShare }),
    engine: presentOrNothing({ version: request.engineVersion }),
  });
  const { clouds, markets, gpus, instances, confidence } = request;
  const fleet = present({ fleet: "request", clouds, markets, gpus, instances, confidence, workloads: [workload] });
  const notes = createNotes();
  const spec = resolveFleet(fleet, { catalog, notes });
  return {
    spec,
    findings: notes.errors.map((finding) => ({ ...withoutWorkload(finding), file: "", line: 0, column: 0 })),
    assumptions: notes.assumptions.map(withoutWorkload),
  };
}

const present = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function presentOrNothing(fields: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const given = present(fields);
  return Object.keys(given).length === 0 ? undefined : given;
}

/** There is one workload, and nobody wrote it into a list. */
const withoutWorkload = (finding: Finding): Finding => ({ ...finding, path: finding.path.replace(/^workloads\[0\]\.?/, "") });
