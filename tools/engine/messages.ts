import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";

/** Pulumi's protocol as its own SDK has it. The files are CommonJS whose exports Node cannot see from outside, so they are required. */
const require = createRequire(import.meta.url);

export const languageMessages = require("@pulumi/pulumi/proto/language_pb.js") as typeof import("@pulumi/pulumi/proto/language_pb.js");
export const pluginMessages = require("@pulumi/pulumi/proto/plugin_pb.js") as typeof import("@pulumi/pulumi/proto/plugin_pb.js");
export const providerMessages = require("@pulumi/pulumi/proto/provider_pb.js") as typeof import("@pulumi/pulumi/proto/provider_pb.js");

export const { LanguageRuntimeService: languageService } = require("@pulumi/pulumi/proto/language_grpc_pb.js") as {
  LanguageRuntimeService: grpc.ServiceDefinition;
};
export const { ResourceProviderService: providerService } = require("@pulumi/pulumi/proto/provider_grpc_pb.js") as {
  ResourceProviderService: grpc.ServiceDefinition;
};

export const { Empty } =
  require("google-protobuf/google/protobuf/empty_pb.js") as typeof import("google-protobuf/google/protobuf/empty_pb.js");
export const { Struct } =
  require("google-protobuf/google/protobuf/struct_pb.js") as typeof import("google-protobuf/google/protobuf/struct_pb.js");
