import type * as grpc from "@grpc/grpc-js";
import type * as plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as rpc from "@pulumi/pulumi/proto/provider_pb.js";
import type { JavaScriptValue, Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb.js";
import { answering, listen } from "../listen.ts";
import { Empty, pluginMessages, providerMessages, providerService, Struct } from "../messages.ts";
import { changesBetween, forcesReplacement } from "./changes.ts";
import { checkInputs, checkProviderInputs, type InputFailure } from "./checkInputs.ts";
import { clusterChange } from "./cluster.ts";
import { answers, computedOnCreate, created, updated } from "./computed.ts";
import { readInputTypes } from "./inputTypes.ts";
import { hangsOn, type JournalEntry, record } from "./journal.ts";
import { rolledOut } from "./rollout.ts";

type Properties = Record<string, unknown>;

/**
 * A provider without a cloud: refuses inputs that the SDK's types do not allow, knows what cannot be changed in place, and remembers nothing
 * but the journal. What it made is in the stack's state.
 */
export async function serveProvider(sdk: string): Promise<void> {
  const types = readInputTypes();
  let cancel: (error: Error) => void = () => undefined;
  const cancelled = new Promise<never>((_, reject) => {
    cancel = reject;
  });
  cancelled.catch(() => undefined);

  const handlers: grpc.UntypedServiceImplementation = {
    handshake: answering(() => new providerMessages.ProviderHandshakeResponse()),
    getPluginInfo: answering(() => pluginInfo(types.versions[sdk] ?? "")),
    checkConfig: answering((request: rpc.CheckRequest) => {
      const inputs = properties(request.getNews());
      return checked(inputs, checkProviderInputs(types, sdk, inputs));
    }),
    diffConfig: answering((request: rpc.DiffRequest) => difference(`pulumi:providers:${sdk}`, request)),
    configure: answering(() => {
      const response = new providerMessages.ConfigureResponse();
      response.setSupportspreview(true);
      return response;
    }),
    invoke: answering((request: rpc.InvokeRequest) => {
      const args = properties(request.getArgs());
      const response = new providerMessages.InvokeResponse();
      response.setFailuresList(failures(checkInputs(types, request.getTok(), args)));
      response.setReturn(struct({ ...args, ...answers[request.getTok()] }));
      return response;
    }),
    check: answering((request: rpc.CheckRequest) => {
      const inputs = properties(request.getNews());
      return checked(inputs, checkInputs(types, typeOf(request.getUrn()), inputs));
    }),
    diff: answering((request: rpc.DiffRequest) => difference(typeOf(request.getUrn()), request)),
    create: answering(async (request: rpc.CreateRequest) => {
      if (!request.getPreview() && hangsOn(request.getUrn())) {
        record({ operation: "hang", urn: request.getUrn(), id: "" });
        await cancelled;
      }
      return create(request);
    }),
    update: answering(update),
    read: answering(read),
    delete: answering((request: rpc.DeleteRequest) => {
      record({ operation: "delete", urn: request.getUrn(), id: request.getId() });
      return new Empty();
    }),
    cancel: answering(() => {
      cancel(new Error("the operation was cancelled"));
      return new Empty();
    }),
  };
  await listen((server) => server.addService(providerService, handlers));
}

const properties = (message: StructMessage | undefined): Properties => (message?.toJavaScript() ?? {}) as Properties;
const struct = (value: Properties): StructMessage => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);

/** `urn:pulumi:stack::project::parent$type::name` */
const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

function pluginInfo(version: string): plugin.PluginInfo {
  const info = new pluginMessages.PluginInfo();
  info.setVersion(version);
  return info;
}

function checked(inputs: Properties, found: readonly InputFailure[]): rpc.CheckResponse {
  const response = new providerMessages.CheckResponse();
  response.setInputs(struct(inputs));
  response.setFailuresList(failures(found));
  return response;
}

const failures = (found: readonly InputFailure[]): rpc.CheckFailure[] =>
  found.map(({ property, reason }) => {
    const failure = new providerMessages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(property === "" ? reason : `${property} ${reason}`);
    return failure;
  });

const { Kind } = providerMessages.PropertyDiff;
const kinds = { add: [Kind.ADD, Kind.ADD_REPLACE], delete: [Kind.DELETE, Kind.DELETE_REPLACE], update: [Kind.UPDATE, Kind.UPDATE_REPLACE] };

function difference(type: string, request: rpc.DiffRequest): rpc.DiffResponse {
  const inputs = properties(request.getNews());
  const changes = changesBetween(properties(request.getOldInputs()), inputs);
  const response = new providerMessages.DiffResponse();
  response.setChanges(
    changes.length > 0 ? providerMessages.DiffResponse.DiffChanges.DIFF_SOME : providerMessages.DiffResponse.DiffChanges.DIFF_NONE,
  );
  response.setHasdetaileddiff(true);
  for (const { path, kind } of changes) {
    const isReplacement = forcesReplacement(type, path);
    const [inPlace, replacing] = kinds[kind];
    const change = new providerMessages.PropertyDiff();
    change.setKind((isReplacement ? replacing : inPlace) ?? Kind.UPDATE);
    change.setInputdiff(true);
    response.getDetaileddiffMap().set(path, change);
    response.addDiffs(path);
    if (isReplacement) response.addReplaces(path);
  }
  // Two objects of one name cannot live in a cluster; what a cloud names by itself can.
  response.setDeletebeforereplace(type.startsWith("kubernetes:"));
  return response;
}

async function create(request: rpc.CreateRequest): Promise<rpc.CreateResponse> {
  const urn = request.getUrn();
  const inputs = properties(request.getProperties());
  const response = new providerMessages.CreateResponse();
  if (request.getPreview()) {
    response.setProperties(struct({ ...inputs, ...computedOnCreate(typeOf(urn)) }));
    return response;
  }
  const { id, outputs } = created(typeOf(urn), nameOf(urn), inputs);
  await changed({ operation: "create", urn, id }, inputs);
  response.setId(id);
  response.setProperties(struct({ ...inputs, ...outputs }));
  return response;
}

/** A change is done when what it made runs. */
async function changed(entry: Pick<JournalEntry, "operation" | "urn" | "id">, inputs: Properties): Promise<void> {
  const change = clusterChange(typeOf(entry.urn), inputs);
  if (change !== undefined) await rolledOut(entry.urn, change);
  record(change === undefined ? entry : { ...entry, change });
}

async function update(request: rpc.UpdateRequest): Promise<rpc.UpdateResponse> {
  const old = properties(request.getOlds());
  const oldInputs = properties(request.getOldInputs());
  const added = Object.fromEntries(Object.entries(old).filter(([name]) => !Object.hasOwn(oldInputs, name)));
  const isPreview = request.getPreview();
  const response = new providerMessages.UpdateResponse();
  response.setProperties(struct({ ...added, ...properties(request.getNews()), ...updated(typeOf(request.getUrn()), old, isPreview) }));
  if (!isPreview) await changed({ operation: "update", urn: request.getUrn(), id: request.getId() }, properties(request.getNews()));
  return response;
}

/** A refresh finds everything as it was left. */
function read(request: rpc.ReadRequest): rpc.ReadResponse {
  const response = new providerMessages.ReadResponse();
  response.setId(request.getId());
  response.setProperties(request.getProperties());
  response.setInputs(request.getInputs());
  return response;
}
