import { z } from "zod";
import { textKinds } from "../../../catalog/schema/serving.ts";
import { defaults } from "../defaults.ts";
import { show } from "../show.ts";
import { choice, dictionary, mapping, quantity, text } from "./field.ts";

/** Engines that the field knows; generate is planned for vllm alone, the others are answered with "not supported yet" there. */
export const engineNames = ["vllm", "sglang", "tensorrt-llm", "tei", "llama.cpp", "faster-whisper"] as const;

const argument = z.union([z.string(), z.number(), z.boolean()], {
  error: (issue) => `expected text, a number or true, found ${show(issue.input)}`,
});

export const engineSchema = mapping(
  {
    name: choice(engineNames, {
      description:
        "Serving engine: vllm for generate; vllm or tei for embed and rerank, vllm or faster-whisper for transcribe, by what serves the model.",
      default: defaults.engineName,
    }).optional(),
    version: text({
      noun: 'a version such as "0.19.0"',
      pattern: /^\d+\.\d+(\.\d+)?$/,
      description: "Version of the engine, in quotes; its memory constants and flags follow it.",
      default: defaults.engineVersion,
      example: "0.19.0",
    }).optional(),
    image: text({
      noun: "a container image with a tag or a digest",
      pattern: /^[a-z0-9][\w.:/-]*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/,
      description: "Container image with an exact tag or a digest.",
      defaultText: "the engine's own image at its version",
      example: "vllm/vllm-openai:v0.19.0",
    }).optional(),
    args: dictionary(argument, {
      noun: "a mapping of flags, such as {enable-auto-tool-choice: true}",
      description: "Extra flags, name without dashes: value; true for a bare flag. Flags that the plan decides are refused.",
      defaultText: "none",
      example: { "tool-call-parser": "llama3_json" },
    }).optional(),
  },
  { noun: 'a mapping such as {name: vllm, version: "0.19.0"}', description: "The serving engine." },
);

const weightSources = ["hf", "s3", "gs", "volume"] as const;

export const weightsSchema = mapping(
  {
    source: choice(weightSources, {
      description: "Where a replica gets the weights: Hugging Face, S3, Google Cloud Storage, or a Kubernetes volume.",
      default: defaults.weightsSource,
    }).optional(),
    uri: text({
      noun: "a URI",
      description: "s3://bucket/path, gs://bucket/path, or the name of a PersistentVolumeClaim; not with source hf.",
      example: "s3://models/llama-3.3-70b",
    }).optional(),
    revision: text({
      noun: "a branch, tag or commit",
      pattern: /^[\w][\w./-]*$/,
      description: "Revision on Hugging Face; a commit makes a rollout repeatable.",
      default: defaults.weightsRevision,
      example: "main",
    }).optional(),
    tokenSecret: z
      .string({ error: () => "expected the name of a Kubernetes secret" })
      .nullable()
      .meta({
        description: "Name of the Kubernetes secret with the Hugging Face token in its key `token`; never the token. Default: null.",
        default: null,
        examples: ["hf-token"],
      })
      .optional(),
  },
  { noun: "a mapping such as {source: hf, tokenSecret: hf-token}", description: "Where the weights come from." },
);

export const loraSchema = mapping(
  {
    adapters: quantity({
      noun: "a whole number of adapters",
      unit: "adapters",
      min: 0,
      max: 1000,
      whole: true,
      description: "LoRA adapters that requests may name; those that are not on the GPU lie in the host's memory.",
      defaultText: "as many as modules names",
    }).optional(),
    rank: quantity({
      noun: "a whole number",
      unit: "rank",
      min: 1,
      max: 4096,
      whole: true,
      description:
        "Largest rank of an adapter; every adapter takes the room of the smallest rank that the engine can be told and that holds it.",
      default: defaults.loraRank,
    }).optional(),
    onGpu: quantity({
      noun: "a whole number of adapters",
      unit: "adapters",
      min: 1,
      max: 1000,
      whole: true,
      description: "Adapters on the GPU at once, and so in one batch.",
      defaultText: "all of them, but no more than sequences run at once",
      example: 8,
    }).optional(),
    modules: dictionary(
      text({
        noun: "a repository on Hugging Face, or a folder under /weights/ of a volume",
        pattern: /^(?:[\w.-]+\/[\w.-]+|\/weights\/[\w./-]+)$/,
        description: "Repository on Hugging Face, or folder of the volume.",
        example: "acme/llama-sql-lora",
      }),
      {
        noun: "a mapping such as {sql: acme/llama-sql-lora}",
        description: "Adapters by the name that a request gives as its model.",
        defaultText: "none",
      },
    ).optional(),
  },
  { noun: "a mapping such as {adapters: 4, rank: 16}", description: "LoRA adapters, in every replica of the workload; generate only." },
);

export const speculativeSchema = mapping(
  {
    draftModel: text({
      noun: "the name of a model",
      description:
        "Model that drafts tokens, with the vocabulary of the workload's model; `mtp` for that model's own block for multi-token prediction.",
      example: "meta-llama/Llama-3.2-1B-Instruct",
    }),
    tokens: quantity({
      noun: "a whole number of tokens",
      unit: "tokens",
      min: 1,
      max: 10,
      whole: true,
      description: "Tokens drafted before each step of the model.",
      example: 4,
    }),
    acceptance: quantity({
      noun: "a share",
      unit: "share of drafted tokens",
      min: 0,
      max: 1,
      description:
        "Chance that a drafted token is accepted when those before it were. Default: the careful end of what is published, for the kind of text.",
      example: 0.7,
    }).optional(),
    text: choice(textKinds, {
      description: "Kind of text, which moves the default of `acceptance`: up for coding, down for writing.",
      defaultText: "all kinds together",
      example: "coding",
    }).optional(),
  },
  {
    noun: "a mapping such as {draftModel: name, tokens: 4, acceptance: 0.7}",
    description: "Speculative decoding, in every replica of the workload; generate only.",
  },
);
