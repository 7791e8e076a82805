import { engineRelease } from "../../layouts/release.ts";
import { defaults } from "../defaults.ts";
import type { EngineSpec } from "../fleet-spec.ts";
import { show } from "../show.ts";
import { resolveEngineArgs } from "./engine-args.ts";
import { notSupported } from "./not-supported.ts";
import { assumeDefault, type WorkloadPlace } from "./place.ts";

export function resolveEngine(place: WorkloadPlace): EngineSpec {
  const { raw, at, catalog, notes } = place;
  const name = raw.engine?.name ?? defaults.engineName;
  const version = raw.engine?.version ?? defaults.engineVersion;
  if (name !== defaults.engineName) {
    notes.error(notSupported(at("engine", "name"), `planning for the engine ${name}`, `use ${defaults.engineName}`));
    return { name, version, image: raw.engine?.image ?? "", args: raw.engine?.args ?? {} };
  }
  if (raw.engine?.version === undefined && !notes.isBroken(at("engine"))) {
    assumeDefault(notes, at("engine", "version"), "engine", `${name} ${version}`, "the spec names no engine version");
  }
  const release = engineRelease(catalog.engines, name, version);
  if ("code" in release) {
    notes.error({ ...release, path: at("engine", "version") });
    return { name, version, image: raw.engine?.image ?? "", args: {} };
  }
  if (release.assumption !== null) notes.assume({ ...release.assumption, path: at("engine", "version") });
  const image = resolveImage(release.image, place);
  return { name, version, image, args: resolveEngineArgs(release, place) };
}

/** A plan holds for one version of the engine, so the image must be one, too. */
export function resolveImage(standard: string, { raw, at, notes }: WorkloadPlace): string {
  const image = raw.engine?.image;
  const path = at("engine", "image");
  if (image === undefined) {
    if (!notes.isBroken(path)) assumeDefault(notes, path, "image", standard, "the engine's own image at its version");
    return standard;
  }
  const [repository = "", tag = ""] = splitImage(image);
  const [standardRepository, standardTag] = splitImage(standard);
  if (notes.isBroken(at("engine", "version"))) return image;
  if (tag === "latest" || tag === "nightly") {
    notes.error({
      code: "image-not-pinned",
      path,
      message: `the tag ${tag} changes under a running fleet`,
      value: image,
      suggestion: `use an exact tag such as ${standard}, or a digest`,
    });
  } else if (repository === standardRepository && !image.includes("@") && tag.split("-")[0] !== standardTag) {
    notes.error({
      code: "image-version-mismatch",
      path,
      message: `the image ${show(image)} is not the engine version that is planned for`,
      value: image,
      suggestion: `use ${standard}, or set engine.version to the image's`,
    });
  }
  return image;
}

const splitImage = (image: string): string[] => {
  const colon = image.lastIndexOf(":");
  return [image.slice(0, colon), image.slice(colon + 1)];
};
