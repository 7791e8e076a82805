import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

/** The catalog's JSON as it lies on disk, read without its loader: only the fields that the checker needs, untouched and without defaults. */
export interface RawCatalog {
  readonly gpus: ReadonlyMap<string, RawGpu>;
  readonly memoryRules: readonly { readonly memoryKind: string; readonly nvidiaSmiMinusMiB: number }[];
  readonly instances: ReadonlyMap<string, RawInstance>;
  readonly cpus: readonly RawCpu[];
  readonly slotVcpus: number;
  readonly largestReplicaVcpus: number;
  readonly prices: readonly RawPrice[];
  readonly models: ReadonlyMap<string, RawModel>;
  /** Band of interruption by "instance region". */
  readonly spotBands: ReadonlyMap<string, number>;
  readonly spotModel: RawSpotModel;
}

export interface RawSpotModel {
  readonly correlation: { readonly sharedLossShare: number };
  readonly absence: { readonly meanHours: number };
  readonly bands: { readonly lostShareUpTo: readonly number[] };
  readonly provisioning: { readonly seconds: number };
}

export interface RawGpu {
  readonly id: string;
  readonly memoryKind: string;
  readonly memoryUsableMiB: number | null;
  readonly cudaMemoryBytes?: number | null;
  readonly memoryBandwidthGBps: number | null;
  readonly tflopsDense: Readonly<Record<string, number | null>>;
}

export interface RawInstance {
  readonly id: string;
  readonly cloud: string;
  readonly gpu: string | null;
  readonly gpuCount: number;
  readonly vcpus: number;
  readonly memoryBytes: number;
  readonly arch: string;
  readonly networkGbps?: number | null;
  readonly gpuDirectNetworking?: boolean;
  /** Of nodes without GPUs. */
  readonly memoryBandwidthGBps?: number | null;
}

/** A processor that nodes without GPUs have. */
export interface RawCpu {
  readonly id: string;
  readonly instanceFamilies: readonly string[];
  readonly vcpusPerCore: number;
  readonly allCoreGHz: number;
  readonly fp32FlopPerCycle: number;
  readonly int8OpsPerCycle: number;
}

export interface RawQuote {
  readonly usdPerHour: number;
  readonly source?: string;
  readonly asOf: string;
  readonly nodes?: number;
  readonly paid?: boolean;
}

export interface RawPrice {
  readonly instance: string;
  readonly cloud: string;
  readonly region: string;
  readonly onDemand?: RawQuote | null;
  readonly spot?: RawQuote | null;
  readonly committed1Year?: RawQuote | null;
  readonly committed3Year?: RawQuote | null;
  readonly reserved?: RawQuote | null;
  readonly static?: RawQuote | null;
}

export interface RawModel {
  readonly id: string;
  readonly parameters: number;
  readonly parametersActive?: number | null;
  readonly parametersReadPerToken?: number | null;
  readonly attention: string;
  readonly numKvHeads: number;
  readonly numLayers: number;
  readonly hiddenSize: number;
  readonly moe?: object | null;
  readonly nativePrecision: string;
  readonly encoder?: { readonly layers: number; readonly hidden: number; readonly positions: number; readonly chunkSeconds: number } | null;
  readonly slidingWindow?: object | null;
  readonly compressedAttention?: object | null;
  readonly kvCache: {
    readonly perTokenGlobal: number;
    readonly perTokenLocal: number;
    readonly window: number | null;
    readonly perSequence: number;
  };
}

interface RawFile {
  readonly rows: readonly unknown[];
}

const catalogFolder = new URL("../../catalog/", import.meta.url);
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, catalogFolder), "utf8"));
const rowsOf = <T>(path: string): T[] => (readJson(path) as RawFile).rows as T[];
const rowsUnder = <T>(folder: string): T[] =>
  readdirSync(new URL(`${folder}/`, catalogFolder))
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => rowsOf<T>(`${folder}/${name}`));

const byId = <T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> => new Map(rows.map((row) => [row.id, row]));

/** The bundled catalog, or with the racks and prices of an overrides file added. Discounts are not read. */
export function readRawCatalog(overridesText?: string): RawCatalog {
  const gpuFile = readJson("gpus.json") as { rows: RawGpu[]; cudaMemoryRules: RawCatalog["memoryRules"] };
  const bundled = rowsUnder<RawPrice>("prices");
  const cpuFile = readJson("cpus.json") as { rows: RawCpu[]; slotVcpus: number; largestReplicaVcpus: number };
  const own = overridesText === undefined ? { instances: [], prices: [] } : readOverrides(overridesText, bundled);
  const ownKeys = new Set(own.prices.map(priceKey));
  return {
    gpus: byId(gpuFile.rows),
    memoryRules: gpuFile.cudaMemoryRules,
    instances: byId([...rowsUnder<RawInstance>("instances"), ...own.instances]),
    cpus: cpuFile.rows,
    slotVcpus: cpuFile.slotVcpus,
    largestReplicaVcpus: cpuFile.largestReplicaVcpus,
    prices: [...bundled.filter((row) => !ownKeys.has(priceKey(row))), ...own.prices],
    models: byId(rowsUnder<RawModel>("models")),
    spotBands: new Map(
      rowsUnder<{ readonly instance: string; readonly region: string; readonly bandIndex: number }>("spot-interruption").map((row) => [
        `${row.instance} ${row.region}`,
        row.bandIndex,
      ]),
    ),
    spotModel: readJson("spot-model.json") as RawSpotModel,
  };
}

const priceKey = (row: RawPrice): string => `${row.instance} ${row.cloud} ${row.region}`;

interface OverridesFile {
  readonly asOf: string;
  readonly source: string;
  readonly instanceTypes: readonly (Omit<RawInstance, "memoryBytes" | "arch"> & { readonly memoryGiB: number })[];
  readonly prices: readonly {
    readonly instance: string;
    readonly region: string;
    readonly market: string;
    readonly usdPerHour: number;
    readonly nodes: number;
    readonly paid?: boolean;
  }[];
}

/** Only racks, static instance types with catalog ids of their GPUs and their prices, and reservations of what the bundled catalog prices. */
function readOverrides(text: string, bundled: readonly RawPrice[]): { instances: RawInstance[]; prices: RawPrice[] } {
  const file = parse(text) as OverridesFile;
  return {
    instances: file.instanceTypes.map(({ memoryGiB, ...row }) => ({ ...row, memoryBytes: memoryGiB * 2 ** 30, arch: "amd64" })),
    prices: file.prices.map(({ instance, region, market, usdPerHour, nodes, paid = false }) => {
      const quote = { usdPerHour, nodes, paid, asOf: file.asOf, source: file.source };
      if (market === "static") return { instance, cloud: "static", region, static: quote };
      const listed = bundled.find((row) => row.instance === instance && row.region === region);
      if (listed === undefined) throw new Error(`a reservation of ${instance} in ${region}, which has no price`);
      return { ...listed, reserved: quote };
    }),
  };
}
