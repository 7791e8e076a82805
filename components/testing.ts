import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

export { testDeployment, testEngine, testPlan, testPool, testWorkload } from "./testPlan.ts";

/** One resource that a program registered. Secret inputs read "[secret]". */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN; empty for the stack itself. */
  readonly parent: string;
  /** False for components. */
  readonly custom: boolean;
  /** Name of the explicit provider; empty where the engine would use a default one. */
  readonly provider: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URNs. */
  readonly dependencies: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly timeouts: { readonly create: string; readonly update: string; readonly delete: string };
}

/** Everything that a program made, in the order of registration, and what it exported. */
export interface Recording {
  readonly resources: readonly RecordedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface RecordingOptions {
  readonly project?: string;
  readonly stack?: string;
  /** With its namespace: `gpu-fleet-planner:spec`. */
  readonly config?: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  /** Outputs of other stacks, by the name under which the program refers to them. */
  readonly stackOutputs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Answers of the clouds, by the token of the function that asks: `aws:eks/getCluster:getCluster`. */
  readonly answers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Called as each resource is registered. */
  readonly onResource?: (resource: RecordedResource) => void;
}

/**
 * Runs a Pulumi program in this process, without an engine, a cloud or a cluster, and records what it registers.
 * One at a time: the Pulumi runtime is global to the process. Rejects with what the program throws.
 */
export async function recordResources(program: () => unknown, options: RecordingOptions = {}): Promise<Recording> {
  const { project = "gpu-fleet-planner", stack = "test" } = options;
  const recorder = new Recorder(options);
  await pulumi.runtime.setMocks(recorder.mocks, project, stack, true);
  pulumi.runtime.setMockOptions(recorder, project, stack, true);
  pulumi.runtime.setAllConfig({ ...options.config }, [...(options.secretKeys ?? [])]);
  // An error that leaves the stack's own initialisation ends the process, so it is carried past it.
  const failures: unknown[] = [];
  const outputs = await pulumi.runtime.runInPulumiStack(async () => {
    try {
      return await program();
    } catch (error) {
      failures.push(error);
      return {};
    }
  });
  await pulumi.runtime.disconnect();
  if (failures.length > 0) throw failures[0];
  return { resources: recorder.recorded, outputs: withoutSecrets(outputs ?? {}) as Record<string, unknown> };
}

type RegisterRequest = Parameters<MockMonitor["registerResource"]>[0];
type RegisterCallback = Parameters<MockMonitor["registerResource"]>[1];

/** Pulumi's own mock monitor hides a resource's parent, its dependencies and its options; this one keeps them. */
class Recorder extends MockMonitor {
  readonly recorded: RecordedResource[] = [];
  readonly #onResource: (resource: RecordedResource) => void;

  constructor(options: RecordingOptions) {
    super(mocksFor(options));
    this.#onResource = options.onResource ?? (() => undefined);
    // The mock monitor's own URNs keep one parent of a chain, and the stack among them.
    Object.assign(this, { newUrn: engineUrn });
  }

  override async registerResource(request: RegisterRequest, callback: RegisterCallback): Promise<void> {
    const inputs = withoutSecrets(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>;
    const timeouts = request.getCustomtimeouts();
    await super.registerResource(request, (error: unknown, response: { getUrn(): string } | undefined) => {
      if (response !== undefined) {
        const resource: RecordedResource = {
          urn: response.getUrn(),
          type: request.getType(),
          name: request.getName(),
          parent: request.getParent(),
          custom: request.getCustom(),
          provider: request.getProvider().split("::")[3] ?? "",
          inputs,
          dependencies: request.getDependenciesList().toSorted(),
          ignoreChanges: request.getIgnorechangesList(),
          timeouts: { create: timeouts?.getCreate() ?? "", update: timeouts?.getUpdate() ?? "", delete: timeouts?.getDelete() ?? "" },
        };
        this.recorded.push(resource);
        this.#onResource(resource);
      }
      callback(error, response);
    });
  }
}

/** URN as the engine makes it: the types of all parents but the stack, then the resource's own. */
function engineUrn(parent: string, type: string, name: string): string {
  const parentType = parent.split("::")[2] ?? "";
  const qualifiedType = parentType === "" || parentType === "pulumi:pulumi:Stack" ? type : `${parentType}$${type}`;
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualifiedType}::${name}`;
}

/** A cloud that makes whatever it is asked for. */
function mocksFor({ stackOutputs = {}, answers = {} }: RecordingOptions): pulumi.runtime.Mocks {
  return {
    newResource: ({ type, name, inputs, custom }) => {
      const isReference = type === "pulumi:pulumi:StackReference";
      const outputs = isReference ? { outputs: stackOutputs[inputs.name ?? name] ?? {} } : {};
      const computed = type === "aws:ec2/launchTemplate:LaunchTemplate" ? { latestVersion: 1 } : {};
      return { id: custom === false ? undefined : `${name}-id`, state: { ...inputs, ...outputs, ...computed } };
    },
    call: ({ token }) => answers[token] ?? {},
  };
}

/** Marks of a secret on the wire (pulumi/pulumi sdk/proto, "special signatures"). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if ((value as Record<string, unknown>)[signatureKey] === secretSignature) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutSecrets(member)]));
}
