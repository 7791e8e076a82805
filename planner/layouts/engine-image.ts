import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";

/** The image for a device where the engine builds one for each kind; an image that the user chose stays. */
export function engineImage(image: string, release: EngineRelease, gpu: Gpu): string {
  if (image !== release.image) return image;
  const capability = gpu.computeCapability ?? "";
  return release.deviceImages.find(({ device }) => device === capability)?.image ?? image;
}
