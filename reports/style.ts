/** How text is set off. With colour off every function returns its text as it came. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
}

// SGR codes of ECMA-48: the sixteen-colour ones, which every terminal theme keeps readable.
const sgr = (open: number, close: number) => (text: string) => (text === "" ? "" : `\u001b[${open}m${text}\u001b[${close}m`);
const asIs = (text: string): string => text;

const coloured: Style = { strong: sgr(1, 22), faint: sgr(2, 22), good: sgr(32, 39), warning: sgr(33, 39), bad: sgr(31, 39) };
const plain: Style = { strong: asIs, faint: asIs, good: asIs, warning: asIs, bad: asIs };

export const styleFor = (color: boolean): Style => (color ? coloured : plain);

/** What every text report is told about the place where it is read. */
export interface Rendering {
  /** Columns of the terminal; null where nothing is cut or wrapped (a pipe, a file). */
  readonly width: number | null;
  readonly color: boolean;
}
