/** A part of a comment. When room is short the last sections lose their rows first, from the bottom, then go altogether. */
export interface Section {
  /** What the note calls it when it was cut. */
  readonly name: string;
  readonly before: readonly string[];
  /** Lines that may be left out one by one, the most important first. */
  readonly rows: readonly string[];
  readonly after: readonly string[];
}

/** Room for the note that says what was left out. */
const noteRoom = 600;

/** The lines of everything, or of as much as `limit` characters hold. `head` is never cut. */
export function fitSections(head: readonly string[], sections: readonly Section[], limit: number, whereTheRestIs: string): string {
  const whole = textOf([...head, ...sections.flatMap(({ before, rows, after }) => [...before, ...rows, ...after])]);
  if (sizeOf(whole) <= limit) return whole;
  let room = limit - noteRoom - sizeOf(textOf(head));
  const lines = [...head];
  const cut: string[] = [];
  for (const section of sections) {
    const frame = sizeOf(textOf([...section.before, ...section.after]));
    const kept = frame <= room ? rowsWithin(section.rows, room - frame) : 0;
    const isWhole = frame <= room && kept === section.rows.length;
    if (!isWhole) cut.push(cutText(section, kept));
    if (!isWhole && kept === 0) continue;
    const shown = [...section.before, ...section.rows.slice(0, kept), ...section.after];
    lines.push(...shown);
    // What comes after a cut section weighs less than what was cut: it may only use what is left.
    room -= sizeOf(textOf(shown));
  }
  return textOf([...lines, "", `Left out to stay within ${limit} characters: ${cut.join(", ")}. ${whereTheRestIs}`]);
}

const cutText = ({ name, rows }: Section, kept: number): string =>
  rows.length > 1 && kept > 0 ? `${name} (${rows.length - kept} of ${rows.length} rows)` : name;

/** In UTF-8 bytes, of which there are at least as many as characters: whichever a host counts, the comment is not too long. */
const sizeOf = (text: string): number => new TextEncoder().encode(text).length;

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

function rowsWithin(rows: readonly string[], room: number): number {
  let left = room;
  for (const [index, row] of rows.entries()) {
    left -= sizeOf(row) + 1;
    if (left < 0) return index;
  }
  return rows.length;
}
