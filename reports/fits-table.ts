import type { Finding } from "../planner/finding.ts";
import type { Precision } from "../planner/layouts/precision.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { groupFindings } from "./finding-text.ts";
import { modelName } from "./model-name.ts";
import { grouped, hourlyDecimals } from "./money.ts";
import { type Rendering, styleFor } from "./style.ts";

/** On which GPUs a model fits, and on which not. */
export interface Fits {
  readonly model: string;
  readonly engine: string;
  readonly engineVersion: string;
  /** On nodes without GPUs; missing where the model is served on GPUs alone. */
  readonly hostEngine?: string;
  readonly nativePrecision: string;
  /** Tokens of the longest request. */
  readonly maxModelLen: number;
  /** Cheapest first, those without a price last. */
  readonly fitting: readonly Fit[];
  readonly notFitting: readonly { readonly gpu: string; readonly precision: Precision; readonly finding: Finding }[];
}

/** The smallest number of GPUs of one type, or part of a node without GPUs, that holds a replica in one precision. */
export interface Fit {
  readonly gpu: string;
  readonly precision: Precision;
  readonly tensorParallel: number;
  /** Of a node without GPUs; `gpu` is then its processor. */
  readonly vcpus?: number;
  /** That it spans, one pipeline stage each; missing for 1. `cheapest` is then the price of all of them. */
  readonly nodes?: number;
  readonly maxConcurrency: number;
  readonly kvCacheTokens: number;
  /** Cheapest whole node that holds the replica, on demand; null when the catalog has no price for one. */
  readonly cheapest: NodePrice | null;
}

export interface NodePrice {
  readonly instanceType: string;
  readonly region: string;
  /** On one node. */
  readonly gpuCount: number;
  readonly usdPerHour: number;
  readonly asOf: string;
  readonly estimated: boolean;
}

const rowsShown = 24;

/** The formats most people choose between, beside the model's own. The rest is there for those who ask. */
const usual: readonly Precision[] = ["bf16", "fp8", "awq-int4"];

export function renderFits(fits: Fits, rendering: Rendering & { readonly verbose: boolean }): string {
  const style = styleFor(rendering.color);
  const title = `${style.strong(modelName(fits.model))} with ${fits.engine} ${fits.engineVersion}, requests of up to ${grouped(fits.maxModelLen)} tokens`;
  const isUsual = ({ precision, vcpus }: Fit): boolean =>
    vcpus !== undefined || usual.includes(precision) || precision === fits.nativePrecision;
  const some = fits.fitting.filter(isUsual).slice(0, rowsShown);
  const rows = rendering.verbose || some.length === 0 ? fits.fitting : some;
  const hidden = fits.fitting.length - rows.length;
  const table =
    rows.length === 0
      ? ["It fits on no GPU of the catalog, not on eight nodes of them together."]
      : [
          style.faint(
            rows.some(isSpanning)
              ? "No single node holds it: fewest nodes of one type that do together, with the network for it, on demand"
              : "Smallest replica that fits; cheapest node that holds it, on demand",
          ),
          ...renderColumns({ columns: columnsFor(rows), rows }, rendering),
        ];
  const hosts = rows.some(isHost) ? [style.faint(`Rows with vCPUs: nodes without GPUs, with ${fits.hostEngine}`)] : [];
  const more = hidden > 0 ? [style.faint(`and ${hidden} more, in other precisions, dearer or unpriced: --verbose shows all`)] : [];
  const refused = rendering.verbose ? refusals(fits, rendering) : wrap(summary(fits), rendering.width).map(style.faint);
  return `${[title, "", ...table, ...hosts, ...more, "", ...refused].join("\n")}\n`;
}

const isHost = ({ vcpus }: Fit): boolean => vcpus !== undefined;
const isSpanning = ({ nodes }: Fit): boolean => nodes !== undefined;

const columnsFor = (rows: readonly Fit[]): Column<Fit>[] => {
  const decimals = hourlyDecimals(rows.flatMap(({ cheapest }) => (cheapest === null ? [] : [cheapest.usdPerHour])));
  return [
    { header: "GPU", cell: (fit) => fit.gpu },
    { header: "Weights", cell: (fit) => fit.precision },
    { header: "TP", align: "right", cell: (fit) => (isHost(fit) ? "" : grouped(fit.tensorParallel)) },
    ...(rows.some(isHost)
      ? [{ header: "vCPUs", align: "right" as const, cell: ({ vcpus }: Fit) => (vcpus === undefined ? "" : grouped(vcpus)) }]
      : []),
    ...(rows.some(isSpanning) ? [{ header: "Nodes", align: "right" as const, cell: (fit: Fit) => grouped(fit.nodes ?? 1) }] : []),
    { header: "Seqs", align: "right", cell: (fit) => grouped(fit.maxConcurrency, 1) },
    { header: "KV tokens", align: "right", cell: (fit) => grouped(fit.kvCacheTokens), drop: 1 },
    { header: "Instance type", cell: (fit) => fit.cheapest?.instanceType ?? "" },
    {
      header: "GPUs",
      align: "right",
      cell: (fit) => (fit.cheapest === null || isHost(fit) ? "" : grouped(fit.cheapest.gpuCount)),
      drop: 3,
    },
    { header: "Region", cell: (fit) => fit.cheapest?.region ?? "", drop: 2 },
    { header: "USD/h", align: "right", cell: (fit) => price(fit.cheapest, decimals) },
    { header: "As of", cell: (fit) => fit.cheapest?.asOf ?? "" },
  ];
};

const price = (cheapest: NodePrice | null, decimals: number): string =>
  cheapest === null ? "unpriced" : `${cheapest.estimated ? "~" : ""}${grouped(cheapest.usdPerHour, decimals)}`;

const summary = ({ notFitting }: Fits): string =>
  notFitting.length === 0
    ? "Seqs: requests of the full length that run at once."
    : `Seqs: requests of the full length that run at once. ${grouped(notFitting.length)} other GPU and precision pairs do not work: --verbose says why.`;

function refusals({ notFitting }: Fits, rendering: Rendering): string[] {
  if (notFitting.length === 0) return [];
  const groups = groupFindings(notFitting.map(({ gpu, precision, finding }) => ({ ...finding, path: `${gpu} ${precision}` })));
  const lines = groups.flatMap(({ finding, paths }) => wrap(`- ${paths.join(", ")}: ${finding.message}`, rendering.width, "  ", "    "));
  return [styleFor(rendering.color).strong(`Does not work (${grouped(notFitting.length)})`), ...lines];
}
