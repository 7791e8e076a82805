import type { Model } from "../../catalog/schema/model.ts";
import { type Precision, precisions } from "./precision.ts";

/** The precision in which the model was published, by its name here. DeepSeek V4 (8 bits, 4-bit experts) goes by fp8. */
export function nativePrecision(model: Model): Precision {
  switch (model.nativePrecision) {
    case "fp8-channel":
    case "fp8+mxfp4":
      return "fp8";
    case "int4-g32":
      return "int4-w4a16";
    default:
      return precisions.find((precision) => precision === model.nativePrecision) ?? "bf16";
  }
}
