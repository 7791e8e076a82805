import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Finding } from "../planner/finding.ts";
import { type LockMode, lockModes } from "../planner/plan/lock.ts";
import type { ClusterBinding } from "./clusterBinding.ts";
import type { CloudCredentials } from "./providers.ts";

/** The stack's config as the program uses it. */
export interface StackConfig {
  /** Path of the fleet spec, relative to the project. */
  readonly spec: string;
  /** What to do with the lock beside the spec. */
  readonly lock: LockMode;
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

const bindingSchema = z.strictObject({
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
const lockSchema = z.enum(lockModes, { error: `expected one of ${lockModes.join(", ")}` });

/** Reads the stack's config, all that is wrong with it at once. */
export function readStackConfig(): { config: StackConfig; findings: readonly Finding[] } {
  const config = new pulumi.Config();
  const clusters = parsed("clusters", clustersSchema, config.getObject("clusters") ?? {}, {});
  const tags = parsed("tags", tagsSchema, config.getObject("tags") ?? {}, {});
  const lock = parsed("lock", lockSchema, config.get("lock") || "use", "use");
  const stackNames = new Map<string, pulumi.StackReference>();
  return {
    config: {
      spec: config.get("spec") || `stacks/${pulumi.getStack()}.fleet.yaml`,
      lock: lock.value,
      clusters: Object.fromEntries(Object.entries(clusters.value).map(([name, binding]) => [name, bindingOf(binding, stackNames)])),
      tags: tags.value,
      huggingFaceToken: (config.get("huggingFaceToken") ?? "") === "" ? undefined : config.requireSecret("huggingFaceToken"),
      credentials: { aws: awsCredentials(), gcp: gcpCredentials() },
    },
    findings: [...clusters.findings, ...tags.findings, ...lock.findings],
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

/** References are read once a stack. Their outputs keep their secretness. */
function bindingOf(binding: ConfiguredBinding, stacks: Map<string, pulumi.StackReference>): ClusterBinding {
  const entries = Object.entries(binding).map(([key, value]) => [key, isReference(value) ? referenced(value, stacks) : value]);
  return Object.fromEntries(entries);
}

interface Reference {
  readonly stack: string;
  readonly output: string;
}

const isReference = (value: unknown): value is Reference =>
  typeof value === "object" && value !== null && "stack" in value && "output" in value && Object.keys(value).length === 2;

function referenced({ stack, output }: Reference, stacks: Map<string, pulumi.StackReference>): pulumi.Output<unknown> {
  const reference = stacks.get(stack) ?? new pulumi.StackReference(stack);
  stacks.set(stack, reference);
  return reference.requireOutput(output);
}

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
