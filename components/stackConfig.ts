import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Finding } from "../planner/finding.ts";
import { type ChangeoverMode, changeoverModes } from "../planner/plan/changeover.ts";
import { type LockMode, lockModes } from "../planner/plan/lock.ts";
import type { ClusterBinding } from "./clusterBinding.ts";
import type { CloudCredentials } from "./providers.ts";
import { type Autoscaling, autoscalings } from "./serving/scaledObject.ts";
import { type StackOutput, StackReferences } from "./stackReferences.ts";

/** The stack's config as the program uses it. */
export interface StackConfig {
  /** Path of the fleet spec, relative to the project. */
  readonly spec: string;
  /** What to do with the lock beside the spec. */
  readonly lock: LockMode;
  /** What to do where old and new replicas together do not fit the nodes. */
  readonly changeover: ChangeoverMode;
  /** Whether replicas and nodes follow the hours of the day. */
  readonly autoscaling: Autoscaling;
  readonly clusters: Readonly<Record<string, ClusterBinding>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly huggingFaceToken: pulumi.Output<string> | undefined;
  readonly credentials: CloudCredentials;
}

/** A value, or the name of another stack and of its output that holds it. */
const orReference = <Value extends z.ZodType>(value: Value) =>
  z.union([value, z.strictObject({ stack: z.string().min(1), output: z.string().min(1) })], {
    error: "expected a value, or { stack, output } to take it from another stack",
  });

const text = z.string().min(1);

/** One entry of the config's `clusters`. */
export const bindingSchema = z.strictObject({
  clusterName: orReference(text).optional(),
  kubeconfig: orReference(text).optional(),
  context: text.optional(),
  renderYamlToDirectory: text.optional(),
  nodeRoleArn: orReference(text).optional(),
  subnetIdsByZone: orReference(z.record(text, text)).optional(),
  project: orReference(text).optional(),
  location: orReference(text).optional(),
  nodeServiceAccount: orReference(text).optional(),
});

const clustersSchema = z.record(text, bindingSchema);
const tagsSchema = z.record(text, z.string());
const changeoverSchema = z.enum(changeoverModes, { error: `expected one of ${changeoverModes.join(", ")}` });
const autoscalingSchema = z.enum(autoscalings, { error: `expected one of ${autoscalings.join(", ")}` });
const lockSchema = z.enum(lockModes, { error: `expected one of ${lockModes.join(", ")}` });

/** Reads the stack's config and what it takes from other stacks, all that is wrong with it at once. */
export async function readStackConfig(): Promise<{ config: StackConfig; findings: readonly Finding[] }> {
  const config = new pulumi.Config();
  const clusters = parsed("clusters", clustersSchema, config.getObject("clusters") ?? {}, {});
  const tags = parsed("tags", tagsSchema, config.getObject("tags") ?? {}, {});
  const lock = parsed("lock", lockSchema, config.get("lock") || "use", "use");
  const changeover = parsed("changeover", changeoverSchema, config.get("changeover") || "extra-nodes", "extra-nodes");
  const autoscaling = parsed("autoscaling", autoscalingSchema, config.get("autoscaling") || "none", "none");
  const references = new StackReferences();
  const bindings = await Promise.all(
    Object.entries(clusters.value).map(async ([name, binding]) => [name, await bindingOf(name, binding, references)] as const),
  );
  return {
    config: {
      spec: config.get("spec") || `stacks/${pulumi.getStack()}.fleet.yaml`,
      lock: lock.value,
      changeover: changeover.value,
      autoscaling: autoscaling.value,
      clusters: Object.fromEntries(bindings),
      tags: tags.value,
      huggingFaceToken: (config.get("huggingFaceToken") ?? "") === "" ? undefined : config.requireSecret("huggingFaceToken"),
      credentials: { aws: awsCredentials(), gcp: gcpCredentials() },
    },
    findings: [
      ...clusters.findings,
      ...references.findings,
      ...tags.findings,
      ...lock.findings,
      ...changeover.findings,
      ...autoscaling.findings,
    ],
  };
}

function parsed<T>(key: string, schema: z.ZodType<T>, value: unknown, fallback: T): { value: T; findings: Finding[] } {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data, findings: [] };
  const findings = result.error.issues.map(
    ({ path, message }): Finding => ({ code: "invalid-config", path: ["config", key, ...path].join("."), message }),
  );
  return { value: fallback, findings };
}

type ConfiguredBinding = z.infer<typeof bindingSchema>;

async function bindingOf(cluster: string, binding: ConfiguredBinding, references: StackReferences): Promise<ClusterBinding> {
  const entries = Object.entries(binding).map(async ([key, value]) => [
    key,
    isReference(value) ? await references.read(value, `config.clusters.${cluster}.${key}`) : value,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

const isReference = (value: unknown): value is StackOutput =>
  typeof value === "object" && value !== null && "stack" in value && "output" in value && Object.keys(value).length === 2;

/** Explicit providers do not read the `aws:` and `gcp:` config of a stack by themselves. */
function awsCredentials(): NonNullable<CloudCredentials["aws"]> {
  const config = new pulumi.Config("aws");
  return known({
    profile: config.get("profile"),
    accessKey: config.getSecret("accessKey"),
    secretKey: config.getSecret("secretKey"),
    token: config.getSecret("token"),
    skipCredentialsValidation: config.getBoolean("skipCredentialsValidation"),
    skipMetadataApiCheck: config.getBoolean("skipMetadataApiCheck"),
    skipRequestingAccountId: config.getBoolean("skipRequestingAccountId"),
    allowedAccountIds: config.getObject<string[]>("allowedAccountIds"),
  });
}

function gcpCredentials(): NonNullable<CloudCredentials["gcp"]> {
  const config = new pulumi.Config("gcp");
  return known({
    accessToken: config.getSecret("accessToken"),
    credentials: config.getSecret("credentials"),
    impersonateServiceAccount: config.get("impersonateServiceAccount"),
  });
}

type Known<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

const known = <T extends Record<string, unknown>>(values: T): Known<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Known<T>;
