import type { Alias, Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import { isAlias, isMap, isNode, isScalar, isSeq } from "yaml";
import type { Finding } from "../finding.ts";
import { joinPath } from "./path.ts";
import { show } from "./show.ts";

export type OffsetFinding = Finding & { readonly offset: number };

export interface YamlTree {
  readonly value: Readonly<Record<string, unknown>> | null;
  /** Offset in the text of the key (or list item) at each path. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly findings: readonly OffsetFinding[];
}

export const maxDepth = 32;
const maxAliases = 100;
/** Aliases repeat what they point to; a file that unfolds to more than this is a bomb. */
const maxValues = 500_000;
const refusedKeys = new Set(["__proto__", "constructor", "prototype"]);

/** Turns YAML nodes into plain data. Own walk, because it keeps positions, bounds aliases and sees duplicate and dangerous keys. */
export function readTree(contents: unknown): YamlTree {
  const reader = new TreeReader();
  const value = reader.top(contents);
  return { value: reader.gaveUp ? null : value, offsets: reader.offsets, findings: reader.findings };
}

class TreeReader {
  readonly offsets = new Map<string, number>();
  readonly findings: OffsetFinding[] = [];
  readonly #anchors = new Map<string, Node>();
  /** Nodes being read: an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  #values = 0;
  #aliases = 0;
  gaveUp = false;

  top(contents: unknown): Readonly<Record<string, unknown>> | null {
    if (!isMap(contents)) {
      const found = isScalar(contents) ? show(contents.value) : isSeq(contents) ? "a list" : "nothing";
      this.#complain("not-a-mapping", "", `expected a mapping with \`fleet\` and \`workloads\`, found ${found}`, offsetOf(contents));
      return null;
    }
    return this.#map(contents, "", 1);
  }

  #complain(code: string, path: string, message: string, offset: number, suggestion?: string): void {
    this.findings.push({ code, path, message, offset, ...(suggestion === undefined ? {} : { suggestion }) });
  }

  /** One finding for a whole file that is too deep or too large, not one for each place. */
  #giveUp(code: string, message: string, offset: number): null {
    if (!this.gaveUp) this.#complain(code, "", message, offset);
    this.gaveUp = true;
    return null;
  }

  #node(node: unknown, path: string, depth: number): unknown {
    this.#values += 1;
    if (this.gaveUp || !isNode(node)) return null;
    if (this.#values > maxValues) return this.#giveUp("too-many-values", "aliases unfold the file to too many values", offsetOf(node));
    if (depth > maxDepth) return this.#giveUp("too-deep", `the file is nested more than ${maxDepth} levels deep`, offsetOf(node));
    if (isAlias(node)) return this.#alias(node, path, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return this.#map(node, path, depth);
    if (isSeq(node)) return this.#list(node, path, depth);
    return node.value;
  }

  #alias(alias: Alias, path: string, depth: number): unknown {
    this.#aliases += 1;
    if (this.#aliases > maxAliases)
      return this.#giveUp("too-many-aliases", `the file uses more than ${maxAliases} aliases`, offsetOf(alias));
    const target = this.#anchors.get(alias.source);
    if (target !== undefined && !this.#open.has(target)) return this.#node(target, path, depth);
    const message = target === undefined ? `unknown alias ${show(alias.source)}` : `alias ${show(alias.source)} contains itself`;
    this.#complain("bad-alias", path, message, offsetOf(alias));
    return null;
  }

  #list(list: YAMLSeq, path: string, depth: number): unknown[] {
    this.#open.add(list);
    const items = list.items.map((item, index) => {
      const itemPath = joinPath(path, index);
      this.#remember(itemPath, offsetOf(item));
      return this.#node(item, itemPath, depth + 1);
    });
    this.#open.delete(list);
    return items;
  }

  #map(map: YAMLMap, path: string, depth: number): Record<string, unknown> {
    this.#open.add(map);
    const entries = new Map<string, unknown>();
    for (const pair of map.items) {
      const key = this.#key(pair, path, entries);
      if (key === null) continue;
      const keyPath = joinPath(path, key);
      this.#remember(keyPath, offsetOf(pair.key));
      entries.set(key, this.#node(pair.value, keyPath, depth + 1));
    }
    this.#open.delete(map);
    return Object.fromEntries(entries);
  }

  #key({ key }: Pair, path: string, entries: ReadonlyMap<string, unknown>): string | null {
    const offset = offsetOf(key);
    if (!isScalar(key) || key.value === null) {
      this.#complain("bad-key", path, "a key must be plain text", offset);
      return null;
    }
    const name = String(key.value);
    if (name === "<<") {
      this.#complain("merge-key", path, "merge keys (`<<`) are not read", offset, "write what workloads share under `defaults`");
      return null;
    }
    if (refusedKeys.has(name)) {
      this.#complain("bad-key", path, `${show(name)} cannot be a key`, offset);
      return null;
    }
    if (!entries.has(name)) return name;
    this.#complain("duplicate-key", joinPath(path, name), "the key stands twice in one mapping", offset, "keep one of them");
    return null;
  }

  #remember(path: string, offset: number): void {
    if (!this.offsets.has(path)) this.offsets.set(path, offset);
  }
}

const offsetOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);
