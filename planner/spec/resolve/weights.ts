import type { Model } from "../../../catalog/schema/model.ts";
import { defaults } from "../defaults.ts";
import type { WeightsSpec } from "../fleet-spec.ts";
import { looksLikeToken } from "../secrets.ts";
import { show } from "../show.ts";
import { assumeDefault, missing, type WorkloadPlace } from "./place.ts";

const uriForms = {
  s3: { pattern: /^s3:\/\/[a-z0-9.-]+(\/.*)?$/, form: "s3://bucket/path" },
  gs: { pattern: /^gs:\/\/[a-z0-9._-]+(\/.*)?$/, form: "gs://bucket/path" },
  volume: { pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, form: "the name of a PersistentVolumeClaim" },
} as const;
const secretName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

export function resolveWeights(model: Model | null, place: WorkloadPlace): WeightsSpec {
  const { raw, at, path, notes } = place;
  const source = raw.weights?.source ?? defaults.weightsSource;
  const uri = raw.weights?.uri ?? null;
  if (source === "hf" && /^(\.{1,2})?\//.test(raw.model ?? "") && !notes.isBroken(at("weights"))) {
    notes.error(
      missing(
        at("weights"),
        "where the servers get the weights",
        `a model of your own is not on Hugging Face: give source s3 or gs with a uri`,
      ),
    );
  }
  if (source === "hf") {
    if (uri !== null && !notes.isBroken(at("weights", "source")))
      notes.error({
        code: "contradiction",
        path: at("weights", "uri"),
        message: "a uri is given, but the source is hf",
        suggestion: "set source to s3, gs or volume, or take the uri out",
      });
  } else if (uri === null) {
    if (!notes.isBroken(at("weights", "uri")))
      notes.error(missing(at("weights", "uri"), "the uri", `with source ${source}, give ${uriForms[source].form}`));
  } else if (!uriForms[source].pattern.test(uri)) {
    notes.error({ code: "invalid-value", path: at("weights", "uri"), message: `expected ${uriForms[source].form}, found ${show(uri)}` });
  }
  if (raw.weights?.revision === undefined && source === "hf") {
    assumeDefault(
      notes,
      at("weights", "revision"),
      "revision",
      defaults.weightsRevision,
      "a branch, which may move; a commit makes a rollout repeatable",
    );
  }
  const tokenSecret = resolveTokenSecret(place);
  if (model?.gated === true && source === "hf" && tokenSecret === null && !notes.isBroken(at("weights"))) {
    notes.assume({
      code: "default-token-secret",
      path,
      message: `${model.id} needs an accepted licence and a token on Hugging Face, and weights.tokenSecret names no secret`,
      value: null,
      suggestion: "create a Kubernetes secret with the token and write its name in weights.tokenSecret",
    });
  }
  return { source, uri, revision: raw.weights?.revision ?? defaults.weightsRevision, tokenSecret };
}

/** Whatever stands here by mistake may be a token, so no message repeats it. */
function resolveTokenSecret({ raw, at, notes }: WorkloadPlace): string | null {
  const name = raw.weights?.tokenSecret ?? null;
  if (name === null) return null;
  const path = at("weights", "tokenSecret");
  const suggestion = "put the token into a Kubernetes secret and write the secret's name, such as hf-token";
  if (looksLikeToken(name))
    notes.error({ code: "secret-in-spec", path, message: "this looks like a token, not like the name of a secret", suggestion });
  else if (!secretName.test(name))
    notes.error({
      code: "invalid-value",
      path,
      message: "expected the name of a Kubernetes secret: lower-case letters, digits, dashes and dots",
      suggestion,
    });
  return name;
}
