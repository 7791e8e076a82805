import type { EngineRelease } from "../../../catalog/schema/engine.ts";
import { compareVersions, flagExists } from "../../layouts/release.ts";
import type { EngineSpec } from "../fleet-spec.ts";
import { looksLikeToken } from "../secrets.ts";
import { show } from "../show.ts";
import type { WorkloadPlace } from "./place.ts";

/** Flags for what the plan decides, and the field that says it instead, if any. Set beside the plan they would make its figures wrong. */
const plannedFlags: Readonly<Record<string, string | null>> = {
  model: "model",
  "served-model-name": null,
  revision: "weights.revision",
  "tensor-parallel-size": null,
  tp: null,
  "pipeline-parallel-size": null,
  pp: null,
  "data-parallel-size": null,
  dp: null,
  "enable-expert-parallel": null,
  ep: null,
  nnodes: null,
  "node-rank": null,
  "decode-context-parallel-size": null,
  "prefill-context-parallel-size": null,
  dtype: "precision",
  quantization: "precision",
  q: "precision",
  "kv-cache-dtype": "kvCacheDtype",
  "max-model-len": "maxModelLen",
  "max-num-seqs": null,
  "max-num-batched-tokens": null,
  "gpu-memory-utilization": null,
  "kv-cache-memory-bytes": null,
  "num-gpu-blocks-override": null,
  "block-size": null,
  "cpu-offload-gb": null,
  "enforce-eager": null,
  "enable-prefix-caching": "traffic.prefixCacheHitRate",
  "enable-chunked-prefill": null,
  "speculative-config": "speculative",
  "enable-lora": "lora",
  "max-loras": "lora.onGpu",
  "max-cpu-loras": "lora.adapters",
  "max-lora-rank": "lora.rank",
  "lora-modules": "lora.modules",
  "fully-sharded-loras": null,
  "shutdown-timeout": null,
  host: null,
  port: null,
};

/** Values that anybody who may read a pod would see. */
const secretFlags = new Set(["api-key", "hf-token", "ssl-keyfile-password"]);

export function resolveEngineArgs(release: EngineRelease, { raw, at, notes }: WorkloadPlace): EngineSpec["args"] {
  const args: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(raw.engine?.args ?? {})) {
    const name = key.replace(/^-+/, "").replaceAll("_", "-");
    const problem =
      problemOf(name, value, release) ??
      (Object.hasOwn(args, name) ? { message: `the flag --${name} stands twice`, suggestion: "keep one of them" } : null);
    if (problem === null) args[name] = value;
    else notes.error({ code: "refused-argument", path: at("engine", "args", key), ...problem });
  }
  return args;
}

interface Problem {
  readonly message: string;
  readonly suggestion?: string;
}

function problemOf(name: string, value: string | number | boolean, release: EngineRelease): Problem | null {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name))
    return { message: `${show(name)} is no flag`, suggestion: "write the name without dashes, and the value behind the colon" };
  const base = (name.split(".")[0] ?? name).replace(/^no-/, "");
  const field = Object.hasOwn(plannedFlags, base) ? plannedFlags[base] : undefined;
  if (field !== undefined)
    return { message: `the plan decides --${name}`, suggestion: field === null ? "take it out" : `set \`${field}\` instead` };
  if (secretFlags.has(base) || looksLikeToken(String(value))) {
    return { message: `the flag --${name} would show a secret in the pod`, suggestion: "keep it in a Kubernetes secret" };
  }
  const known = release.flags.find(({ flag }) => flag === `--${name}`);
  if (known !== undefined && !flagExists(release, `--${name}`)) {
    const isTooNew = known.since !== null && compareVersions(release.version, known.since) < 0;
    const when = isTooNew ? `came only in ${known.since}` : `was removed in ${known.removed}`;
    return {
      message: `${release.engine} ${release.version} does not know --${name}; it ${when}`,
      suggestion: known.replacement === null ? "take it out" : `use ${known.replacement}`,
    };
  }
  if (value === false) return { message: `the flag --${name} has no value`, suggestion: `write \`no-${name}: true\` to switch it off` };
  return null;
}
