import stringWidth from "string-width";
import type { RecordedResource } from "../../components/testing.ts";
import { dollars } from "../../reports/money.ts";

interface Row {
  readonly type: string;
  readonly name: string;
  readonly price: string;
}

/** The resources as `pulumi preview` shows them, children below their parents, with the price beside what costs something. */
export function resourceTree(resources: readonly RecordedResource[]): string {
  const children = Map.groupBy(resources, ({ parent }) => parent);
  const rows = (children.get("") ?? []).flatMap((root) => rowsBelow(root, children, "", ""));
  const typeWidth = Math.max(...rows.map(({ type }) => stringWidth(type)));
  const nameWidth = Math.max(...rows.map(({ name }) => stringWidth(name)));
  const lines = [{ type: "Type", name: "Name", price: "Price" }, ...rows].map(({ type, name, price }, index) => {
    const sign = index === 0 ? " " : "+";
    return ` ${sign}  ${padded(type, typeWidth)}  ${padded(name, nameWidth)}  ${price}`.trimEnd();
  });
  return lines.join("\n");
}

/** Registration is concurrent, so its order says nothing: by type, what costs most first, then by name. */
function rowsBelow(
  resource: RecordedResource,
  children: ReadonlyMap<string, readonly RecordedResource[]>,
  lead: string,
  leadBelow: string,
): Row[] {
  const below = (children.get(resource.urn) ?? []).toSorted(
    (a, b) => rank(a) - rank(b) || compare(a.type, b.type) || usdPerMonth(b) - usdPerMonth(a) || compare(a.name, b.name),
  );
  const own = { type: `${lead}${resource.type}`, name: resource.name, price: price(resource) };
  return [
    own,
    ...below.flatMap((child, index) => {
      const isLast = index === below.length - 1;
      return rowsBelow(child, children, `${leadBelow}${isLast ? "└─ " : "├─ "}`, `${leadBelow}${isLast ? "   " : "│  "}`);
    }),
  ];
}

const order = ["NodePool", "InferenceService", "CostReport"];
const rank = ({ type }: RecordedResource): number => {
  const index = order.indexOf(type.split(":").at(-1) ?? "");
  return index < 0 ? order.length : index;
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - stringWidth(text)));

const usdPerMonth = ({ inputs }: RecordedResource): number => (typeof inputs.usdPerMonth === "number" ? inputs.usdPerMonth : 0);

function price(resource: RecordedResource): string {
  if (typeof resource.inputs.usdPerMonth !== "number") return "";
  const monthly = `${dollars(resource.inputs.usdPerMonth)}/month`;
  const { nodes, replicas, usdPerNodeHour, priceAsOf } = resource.inputs;
  if (typeof nodes === "number" && typeof usdPerNodeHour === "number") {
    return `${monthly}  (${nodes} ${nodes === 1 ? "node" : "nodes"} at ${dollars(usdPerNodeHour, 4)}/hour as of ${priceAsOf})`;
  }
  return typeof replicas === "number" ? `${monthly}  (${replicas} ${replicas === 1 ? "replica" : "replicas"})` : monthly;
}
