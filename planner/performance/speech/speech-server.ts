import type { SpeechEngine, TaskPerformance } from "../../../catalog/schema/task-performance.ts";
import { deviceRates, hasUnknownRates } from "../device-rates.ts";
import type { Replica } from "../replica.ts";
import type { Lengths } from "../serving-point.ts";
import { speechWork } from "./speech-work.ts";

/** One replica of a Whisper model: windows are encoded one by one and decoded together. */
export interface SpeechServer {
  /** Windows of a mean recording: the last one is padded, and costs as much as a full one. */
  readonly windowsPerRequest: number;
  readonly tokensPerWindow: number;
  /** Encoder pass and the audio's preparation, for each window; they hold up the decoding. */
  readonly encodeSeconds: number;
  /** One decoding step: of a batch, and for each window in it. */
  readonly stepSeconds: number;
  readonly stepSecondsPerWindow: number;
  /** Windows decoded at once at most; those of one recording where the engine takes one at a time. */
  readonly maxWindows: number;
  readonly limitedBy: "kv-cache" | "max-num-seqs";
  readonly audioSeconds: number;
  readonly tokensVariation: number;
}

/** Null when the device's speed is not known or the model is no speech model. */
export function speechServer(replica: Replica, lengths: Lengths, tasks: TaskPerformance): SpeechServer | null {
  const { layout, memory } = replica;
  const work = speechWork(replica.model);
  const rates = deviceRates(replica, tasks);
  if (work === null || hasUnknownRates(rates)) return null;
  const { promptTokens, tokensVariation } = tasks.transcription;
  const engine = speechEngine(tasks, replica.release.engine);
  const audioSeconds = Math.max(0.1, lengths.audioSeconds ?? work.windowSeconds);
  const windows = Math.ceil(audioSeconds / work.windowSeconds);
  const tokens = promptTokens + lengths.outputTokens / windows;
  const weightShare = work.decoderParameters / replica.model.parameters;
  const kv = (work.crossBytes + work.selfBytesPerToken * (tokens / 2)) * (layout.precision === "fp32" ? 2 : 1);
  const overhead = (engine.fixedMicroseconds + work.decoderLayers * engine.layerMicroseconds * rates.overhead) * 1e-6;
  const byCache = memory.kvCacheBytes > 0 ? Math.floor(memory.kvCacheBytes / memory.kvBytesPerSequence(tokens)) : layout.maxNumSeqs;
  const bySetting = Math.min(layout.maxNumSeqs, engine.maxConcurrentWindows, engine.sharedBatch ? layout.maxNumSeqs : windows);
  return {
    windowsPerRequest: windows,
    tokensPerWindow: tokens,
    encodeSeconds: (work.encoderFlop / rates.gemmFlopPerSecond) * engine.encoderFactor + engine.requestMilliseconds / 1e3,
    stepSeconds: ((memory.weightBytes * weightShare) / rates.weightBytesPerSecond + overhead) * engine.decodeFactor,
    stepSecondsPerWindow:
      perWindow(kv, (2 * work.decoderParameters) / rates.gemmFlopPerSecond, rates.kvBytesPerSecond) * engine.decodeFactor,
    maxWindows: Math.max(1, Math.min(byCache, bySetting)),
    limitedBy: byCache < bySetting ? "kv-cache" : "max-num-seqs",
    audioSeconds,
    tokensVariation,
  };
}

/** A window adds its cache to what a step reads and its token to what it computes. */
const perWindow = (kvBytes: number, computeSeconds: number, bytesPerSecond: number): number => kvBytes / bytesPerSecond + computeSeconds;

/** An engine without constants is taken as the first. */
export function speechEngine(tasks: TaskPerformance, name: string): SpeechEngine {
  const engine = tasks.transcription.engines.find((candidate) => candidate.engine === name) ?? tasks.transcription.engines[0];
  if (engine === undefined) throw new RangeError("the catalog has no engine for speech models");
  return engine;
}

/** Seconds a window takes among `running` windows: each of them is encoded in between, once a window. */
export const windowSeconds = (server: SpeechServer, running: number): number =>
  running * server.encodeSeconds + server.tokensPerWindow * (server.stepSeconds + running * server.stepSecondsPerWindow);

/** Windows a second with `running` at once. */
export const windowRate = (server: SpeechServer, running: number): number => running / windowSeconds(server, running);

/** Recordings a second that the replica can answer for ever. */
export const largestSpeechRate = (server: SpeechServer): number => windowRate(server, server.maxWindows) / server.windowsPerRequest;
