import type { Model } from "../../../catalog/schema/model.ts";
import { adaptersFinding, noDraftsBesideAdapters, rankHolding, rankRounded, rankTooLarge } from "../../layouts/adapters.ts";
import { engineRelease } from "../../layouts/release.ts";
import { defaults } from "../defaults.ts";
import type { EngineSpec } from "../fleet-spec.ts";
import type { LoraSpec } from "../lora-spec.ts";
import { show } from "../show.ts";
import { assumeDefault, type WorkloadPlace } from "./place.ts";

/** The adapters served beside the model; null when there are none, or when they were refused (the notes say why). */
export function resolveLora(model: Model | null, engine: EngineSpec | null, place: WorkloadPlace): LoraSpec | null {
  const { raw, at, catalog, notes } = place;
  const asked = raw.lora;
  const modules = asked?.modules ?? {};
  const adapters = asked?.adapters ?? Object.keys(modules).length;
  if (asked === undefined || notes.isBroken(at("lora")) || !areCounted(adapters, place) || adapters === 0) return null;
  if (model === null || engine === null || !areAllowed(model, place) || !areFound(modules, model, place)) return null;
  const release = engineRelease(catalog.engines, engine.name, engine.version);
  // An engine or a version that is not planned for is reported where it is named.
  if ("code" in release) return null;
  const refused = adaptersFinding(model, release, at("lora"));
  const wish = asked.rank ?? defaults.loraRank;
  const rank = rankHolding(release, wish);
  if (refused !== null || rank === null) {
    notes.error(refused ?? rankTooLarge(release, wish, at("lora", "rank")));
    return null;
  }
  if (asked.rank === undefined) assumeDefault(notes, at("lora", "rank"), "lora-rank", rank, "the engine's own largest rank");
  else if (rank > wish) notes.assume(rankRounded(at("lora", "rank"), wish, rank));
  assumePlaces(adapters, place);
  return { adapters, rank, ...(asked.onGpu === undefined ? {} : { onGpu: asked.onGpu }), modules };
}

/** The three numbers must fit each other: named adapters are among those served, and so are those on the GPU. */
function areCounted(adapters: number, { raw, at, notes }: WorkloadPlace): boolean {
  const named = Object.keys(raw.lora?.modules ?? {}).length;
  const onGpu = raw.lora?.onGpu ?? 0;
  if (Math.max(named, onGpu) <= adapters) return true;
  const [field, value] = named > adapters ? (["modules", named] as const) : (["onGpu", onGpu] as const);
  notes.error({
    code: "contradiction",
    path: at("lora", field),
    message:
      field === "modules"
        ? `${value} adapters are named, and ${adapters} are served`
        : `${value} adapters cannot be on the GPU where ${adapters} ${adapters === 1 ? "is" : "are"} served`,
    value,
    limit: adapters,
    unit: "adapters",
    suggestion: `set adapters to ${value}`,
  });
  return false;
}

function areAllowed(model: Model, { raw, at, notes }: WorkloadPlace): boolean {
  if (model.task !== "generate") {
    notes.error({
      code: "not-of-this-task",
      path: at("lora"),
      message: `LoRA adapters are planned for the task generate, and this is ${model.task}`,
      suggestion: "merge each adapter and plan the merged models",
    });
    return false;
  }
  if ((raw.speculative ?? null) === null) return true;
  notes.error(noDraftsBesideAdapters(at("lora")));
  return false;
}

/** Adapters come from where the pod can reach them, under names that mean nothing else. */
function areFound(modules: LoraSpec["modules"], model: Model, { raw, at, notes }: WorkloadPlace): boolean {
  const mounted = raw.weights?.source === "volume";
  const findings = Object.entries(modules).flatMap(([name, place]) => {
    const path = at("lora", "modules", name);
    if (name === raw.name || name === model.id) {
      const suggestion = "give the adapter a name of its own";
      return [{ code: "name-twice", path, message: `${show(name)} already names the model itself`, value: name, suggestion }];
    }
    if (!/^\w[\w.-]*$/.test(name)) {
      const suggestion = "use letters, digits, dots, dashes and underscores";
      return [{ code: "refused-name", path, message: `${show(name)} cannot be told to the engine`, value: name, suggestion }];
    }
    if (mounted === place.startsWith("/weights/")) return [];
    return [
      {
        code: "adapter-out-of-reach",
        path,
        message: mounted
          ? `the pod reads only its volume, and ${show(place)} is not in it`
          : `no volume is mounted that could hold ${show(place)}`,
        value: place,
        suggestion: mounted ? "name its folder under /weights/" : "name a repository on Hugging Face, such as org/adapter",
      },
    ];
  });
  for (const finding of findings) notes.error(finding);
  return findings.length === 0;
}

/** What is taken for granted of the places on the GPU, and of adapters that nobody named. */
function assumePlaces(adapters: number, { raw, at, notes }: WorkloadPlace): void {
  const { onGpu, modules = {} } = raw.lora ?? {};
  const named = Object.keys(modules).length;
  if (onGpu === undefined) {
    assumeDefault(
      notes,
      at("lora", "onGpu"),
      "lora-on-gpu",
      adapters,
      "all of them, but no more than sequences run at once, so that none waits for a place",
    );
  } else if (onGpu < adapters) {
    notes.assume({
      code: "adapters-take-turns",
      path: at("lora", "onGpu"),
      message: `${adapters} adapters share ${onGpu} places on the GPU: a request whose adapter has none waits for one, and no prediction counts that in`,
      value: onGpu,
      limit: adapters,
      unit: "adapters",
    });
  }
  if (named < adapters) {
    notes.assume({
      code: "adapters-not-named",
      path: at("lora", "modules"),
      message: `${named} of ${adapters} adapters are named: the service starts with those, and the rest is room`,
      value: named,
      limit: adapters,
      unit: "adapters",
      suggestion: "name them in lora.modules",
    });
  }
}
