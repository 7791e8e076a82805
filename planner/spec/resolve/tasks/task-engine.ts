import type { Model, Task } from "../../../../catalog/schema/model.ts";
import type { TaskServingRow } from "../../../../catalog/schema/task-serving.ts";
import { listed } from "../../../figures.ts";
import { compareVersions, engineRelease } from "../../../layouts/release.ts";
import { defaults } from "../../defaults.ts";
import type { EngineSpec } from "../../fleet-spec.ts";
import { runsOnHosts } from "../../host-engines.ts";
import { resolveImage } from "../engine.ts";
import { resolveEngineArgs } from "../engine-args.ts";
import { assumeDefault, type WorkloadPlace } from "../place.ts";

/** The engine on GPUs, and the one on CPU-only nodes where the model may run there. */
export interface TaskEngines {
  readonly engine: EngineSpec;
  readonly hostEngine: EngineSpec | null;
}

/**
 * The engine that the spec names, if it serves the model; otherwise the first of the catalog that does, and beside it the first that runs
 * on CPUs. Null when the named one does not serve the model.
 */
export function resolveTaskEngines(model: Model | null, task: Task, place: WorkloadPlace): TaskEngines | null {
  const { raw, at, notes, catalog } = place;
  const named = raw.engine?.name;
  if (model === null) return null;
  const rows = catalog.taskServing.filter(({ models }) => models.includes(model.id));
  const serving = rows.filter(({ engine, needsOwnImage }) => (named === undefined ? needsOwnImage === null : engine === named));
  const [first] = serving;
  if (first === undefined) {
    const known = [...new Set(rows.map(({ engine }) => engine))];
    notes.error({
      code: named === undefined ? "model-not-served" : "engine-does-not-serve-model",
      path: named === undefined ? at("model") : at("engine", "name"),
      message:
        named === undefined
          ? `no engine of the catalog is known to serve ${model.id}`
          : `${named} is not known to serve ${model.id} (${task})`,
      value: named ?? model.id,
      suggestion:
        known.length === 0 ? "choose a model that `gpufleet catalog list models` shows with an engine" : `use ${listed(known, "or")}`,
    });
    return null;
  }
  if (first.needsOwnImage !== null && raw.engine?.image === undefined) {
    notes.error({
      code: "image-lacks-libraries",
      path: at("engine", "name"),
      message: first.needsOwnImage,
      value: named ?? first.engine,
      suggestion: `build an image with them and name it in engine.image, or use ${listed(
        rows.filter((row) => row.needsOwnImage === null).map((row) => row.engine),
        "or",
      )}`,
    });
    return null;
  }
  const engine = engineOf(first, place, named !== undefined);
  const host = serving.find((row) => runsOnHosts(row.engine));
  return engine === null
    ? null
    : { engine, hostEngine: host === undefined ? null : host === first ? engine : engineOf(host, place, false) };
}

function engineOf(row: TaskServingRow, place: WorkloadPlace, isNamed: boolean): EngineSpec | null {
  const { raw, at, notes, catalog } = place;
  const isOther = raw.engine?.name === undefined && row.engine !== defaults.engineName;
  const version =
    (isOther ? undefined : raw.engine?.version) ?? defaults.engineVersions[row.engine as keyof typeof defaults.engineVersions] ?? "0";
  const path = at("engine", "version");
  if (isOther || raw.engine?.version === undefined) {
    const why = isNamed
      ? "the spec names no engine version"
      : `it serves ${raw.model}${row.engine === defaults.engineName ? "" : " where vLLM does not"}`;
    if (!notes.isBroken(at("engine"))) assumeDefault(notes, path, "engine", `${row.engine} ${version}`, why);
  }
  const release = engineRelease(catalog.engines, row.engine, version);
  if ("code" in release) {
    notes.error({ ...release, path });
    return null;
  }
  if (compareVersions(version, row.since) < 0) {
    notes.error({
      code: "engine-version-too-old",
      path,
      message: `${row.engine} serves ${raw.model} from ${row.since} on, and this is ${version}`,
      value: version,
      limit: row.since,
      suggestion: `use ${row.since} or later`,
    });
    return null;
  }
  if (release.assumption !== null) notes.assume({ ...release.assumption, path });
  if (isOther) return { name: row.engine, version, image: release.image, args: {} };
  return { name: row.engine, version, image: resolveImage(release.image, place), args: resolveEngineArgs(release, place) };
}
