import { costCenterLabel, fleetLabel, poolLabel, workloadLabel } from "./labels.ts";

/** What a resource belongs to. Turned into AWS tags, GCP labels or Kubernetes labels, each by its own rules. */
export interface Ownership {
  readonly fleet: string;
  readonly pool?: string;
  readonly workload?: string;
  readonly costCenter: string | null;
  /** The user's own: of the fleet, the stack and the workload, the later ones winning. */
  readonly tags: Readonly<Record<string, string>>;
}

type Pairs = Record<string, string>;

/** Ours win over the user's: cost reports group by them. Keys in a fixed order, so that the same plan gives the same bytes. */
function pairs(owner: Ownership): Pairs {
  const ours: Pairs = { ...owner.tags, [fleetLabel]: owner.fleet };
  if (owner.pool !== undefined) ours[poolLabel] = owner.pool;
  if (owner.workload !== undefined) ours[workloadLabel] = owner.workload;
  if (owner.costCenter !== null) ours[costCenterLabel] = owner.costCenter;
  return Object.fromEntries(Object.entries(ours).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** AWS allows letters, digits, spaces and + - = . _ : / @ in keys and values. */
export const awsTags = (owner: Ownership): Pairs => pairs(owner);

/** GCP allows lower case letters, digits, _ and -, at most 63 characters, and a key that begins with a letter. */
export const gcpLabels = (owner: Ownership): Pairs =>
  Object.fromEntries(Object.entries(pairs(owner)).map(([key, value]) => [gcpLabelKey(key), gcpLabelText(value)]));

export const gcpLabelKey = (key: string): string => gcpLabelText(key).replace(/^[^a-z]+/, "");

const gcpLabelText = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "-")
    .slice(0, 63);

/** Kubernetes allows letters, digits, - _ . and at most 63 characters, the first and the last alphanumeric. Keys are checked in validity.ts. */
export const kubernetesLabels = (owner: Ownership): Pairs =>
  Object.fromEntries(Object.entries(pairs(owner)).map(([key, value]) => [key, kubernetesLabelValue(value)]));

export const kubernetesLabelValue = (value: string): string =>
  value
    .replaceAll(/[^A-Za-z0-9_.-]/g, "-")
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
