import process from "node:process";
import * as grpc from "@grpc/grpc-js";

/** As Pulumi itself: 400 MiB. */
const maxMessageBytes = 400 * 1024 * 1024;

/** Serves as the engine expects of a plugin: on a free local port, which is the first line on standard output. */
export async function listen(add: (server: grpc.Server) => void): Promise<void> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  add(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  process.stdout.write(`${port}\n`);
  endWithParent();
}

/** An engine that was killed cannot end its plugins. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 500).unref();
}

/** A handler that answers with what `respond` returns, and with its error where it throws. */
export const answering =
  <Request, Response>(respond: (request: Request) => Response | Promise<Response>): grpc.handleUnaryCall<Request, Response> =>
  (call, callback) => {
    Promise.resolve()
      .then(() => respond(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
      );
  };
