import type { Catalog } from "../../catalog/catalog.ts";
import { loadCatalog } from "../../catalog/load.ts";
import type { EngineProfile } from "../../catalog/schema/engine.ts";
import type { MeasurementConstants } from "../../catalog/schema/measurements.ts";
import type { StepTimeConstants } from "../../catalog/schema/step-time.ts";

export interface Facts {
  readonly catalog: Catalog;
  readonly constants: StepTimeConstants;
  readonly measurements: MeasurementConstants;
  readonly engines: readonly EngineProfile[];
}

export function facts(): Facts {
  const { catalog } = loadCatalog();
  return {
    catalog,
    constants: catalog.stepTime,
    measurements: catalog.measurements,
    engines: catalog.engines,
  };
}
