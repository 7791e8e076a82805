import type { Catalog } from "../catalog/catalog.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Lengths } from "../planner/performance/serving-point.ts";
import type { EstimateRequest } from "./request.ts";

/** Tokens of a request when nothing is said: those of `vllm bench serve --dataset-name random`. */
export const defaultLengths = { inputTokens: 1024, outputTokens: 128 } as const;

/** A text and a recording when nothing is said: half the window of the usual encoders, and one window of Whisper's. */
const defaultTextTokens = 256;
const defaultAudioSeconds = 30;

type Asked = Pick<EstimateRequest, "inputTokens" | "outputTokens" | "prefixCacheHitRate" | "documentsPerRequest" | "audioSeconds">;

/** What one request sends and gets, in what the model's task counts. */
export function lengthsOf({ task }: Model, asked: Asked, { taskPerformance }: Catalog): Lengths {
  switch (task) {
    case "generate":
      return {
        inputTokens: Math.max(1, asked.inputTokens ?? defaultLengths.inputTokens),
        outputTokens: Math.max(1, asked.outputTokens ?? defaultLengths.outputTokens),
        inputTokensP95: null,
        prefixCacheHitRate: asked.prefixCacheHitRate ?? 0,
      };
    case "embed":
    case "rerank": {
      const documentsPerRequest = asked.documentsPerRequest ?? 1;
      const inputTokens = Math.max(documentsPerRequest, asked.inputTokens ?? defaultTextTokens * documentsPerRequest);
      return { inputTokens, outputTokens: 0, inputTokensP95: null, prefixCacheHitRate: 0, documentsPerRequest };
    }
    case "transcribe": {
      const audioSeconds = asked.audioSeconds ?? defaultAudioSeconds;
      const spoken = Math.max(1, Math.round(audioSeconds * taskPerformance.transcription.tokensPerAudioSecond.value));
      const outputTokens = asked.outputTokens === undefined || asked.outputTokens === 0 ? spoken : asked.outputTokens;
      return { inputTokens: 0, outputTokens, inputTokensP95: null, prefixCacheHitRate: 0, audioSeconds };
    }
  }
}
