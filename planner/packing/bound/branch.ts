import { at } from "../../element.ts";
import type { Ascent, Region } from "./lagrangian.ts";
import type { Relaxation, Row } from "./relaxation.ts";

/** The parts of a region, each with less to choose from; none when there is nothing left to split. */
export function split(relaxation: Relaxation, region: Region, ascent: Ascent): Region[] {
  const row = rowToSplit(relaxation, region, ascent);
  const group = groupToSplit(relaxation, region, ascent);
  if (group.score > row.score) return splitGroup(relaxation, region, group);
  if (row.row < 0) {
    const parts = splitOptions(region, ascent);
    if (parts.length > 0) return parts;
    const whole = wholeRow(relaxation, region, ascent);
    if (whole < 0) return [];
    return splitRow(relaxation, region, whole, Math.round(ascent.nodes[whole] as number));
  }
  return splitRow(relaxation, region, row.row, Math.floor(ascent.nodes[row.row] as number));
}

function splitRow(relaxation: Relaxation, region: Region, row: number, wanted: number): Region[] {
  const { least, most } = region.box;
  const low = Math.min((most[row] as number) - 1, Math.max(least[row] as number, wanted));
  const fewer = { least, most: most.with(row, low) };
  const more = { least: least.with(row, low + 1), most };
  return [fewer, more].flatMap((box) => {
    const within = withinLimits(relaxation, box);
    return within === null ? [] : [{ alive: region.alive, box: within }];
  });
}

/**
 * Of the rows in use whose number of nodes is not settled yet, the dearest; -1 when all are. Where the prices average to whole
 * nodes, the workloads' places may still be mixed so that they do; with the number settled some of the mixture is ruled out.
 */
function wholeRow({ rows }: Relaxation, { box }: Region, { nodes }: Ascent): number {
  let chosen = -1;
  let most = 0;
  rows.forEach(({ usdPerNodeHour }, row) => {
    if (box.least[row] === box.most[row] || (nodes[row] as number) < 0.5) return;
    if (usdPerNodeHour > most) {
      most = usdPerNodeHour;
      chosen = row;
    }
  });
  return chosen;
}

/** The row with the most money between its relaxed number of nodes and a whole one; -1 when all are whole. */
function rowToSplit({ rows }: Relaxation, { box }: Region, { nodes }: Ascent): { row: number; score: number } {
  let chosen = -1;
  let most = 0;
  rows.forEach(({ usdPerNodeHour }, row) => {
    if (box.least[row] === box.most[row]) return;
    const needed = Math.max(0, (nodes[row] as number) - (box.least[row] as number));
    const distance = Math.min(needed - Math.floor(needed), Math.ceil(needed) - needed);
    if (distance > 0.01 && distance * usdPerNodeHour > most) {
      most = distance * usdPerNodeHour;
      chosen = row;
    }
  });
  return { row: chosen, score: most };
}

interface GroupSplit {
  readonly workload: number;
  readonly group: number;
  /** Micro-dollars between the relaxed share of the group and a whole choice. */
  readonly score: number;
}

/** Whole nodes first, for they settle what many workloads can choose; a workload's type counts for a part of its price. */
const groupWeight = 0.1;

/** The workload with the most money between its relaxed choice of GPU type and a whole one. */
function groupToSplit({ instance }: Relaxation, { alive }: Region, { shares, best }: Ascent): GroupSplit {
  let chosen: GroupSplit = { workload: -1, group: -1, score: 0 };
  shares.forEach((own, workload) => {
    if (at(alive, workload).length < 2) return;
    const { options } = at(instance.workloads, workload);
    const byGroup = new Map<number, number>();
    for (const [option, share] of own) {
      const { group } = at(options, option);
      byGroup.set(group, (byGroup.get(group) ?? 0) + share);
    }
    for (const [group, share] of byGroup) {
      const score = groupWeight * Math.min(share, 1 - share) * at(best.picks, workload).price;
      if (share > 0.01 && share < 0.99 && score > chosen.score) chosen = { workload, group, score };
    }
  });
  return chosen;
}

function splitGroup({ instance }: Relaxation, { alive, box }: Region, { workload, group }: GroupSplit): Region[] {
  const { options } = at(instance.workloads, workload);
  const inside = at(alive, workload).filter((option) => at(options, option).group === group);
  const outside = at(alive, workload).filter((option) => at(options, option).group !== group);
  return [inside, outside].filter(({ length }) => length > 0).map((own) => ({ alive: alive.with(workload, own), box }));
}

/** The picked option of one workload, or all its others: that with most options left. */
function splitOptions({ alive, box }: Region, { best }: Ascent): Region[] {
  const chosen = alive.reduce((most, options, workload) => (options.length > at(alive, most).length ? workload : most), 0);
  const options = at(alive, chosen);
  if (options.length < 2) return [];
  const { option } = at(best.picks, chosen);
  return [[option], options.filter((other) => other !== option)].map((own) => ({ alive: alive.with(chosen, own), box }));
}

/** Nodes that must be bought use up the limits for the others; null when they break one. */
function withinLimits({ rows, instance }: Relaxation, { least, most }: Region["box"]): Region["box"] | null {
  const left = instance.limits.map(({ gpus }) => gpus);
  const inLimit = (row: Row, limit: number): boolean => row.limits.includes(limit);
  rows.forEach((row, index) => {
    left.forEach((gpus, limit) => {
      if (inLimit(row, limit)) left[limit] = gpus - (least[index] as number) * row.gpusPerNode;
    });
  });
  if (left.some((gpus) => gpus < 0)) return null;
  const within = most.map((count, index) => {
    const row = at(rows, index);
    const room = row.limits.map((limit) => (least[index] as number) + Math.floor(at(left, limit) / row.gpusPerNode));
    return Math.min(count, ...room);
  });
  return { least, most: within };
}
