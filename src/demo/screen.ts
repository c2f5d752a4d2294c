import { createColors } from 'picocolors';

/** Where the demo tells its story; says nothing when only JSON is wanted. */
export interface Screen {
  title(text: string): void;
  /** One thing that happened: who did it, what, and a remark. */
  line(who: 'ATS' | 'Relay' | 'Applicant' | 'Admin' | 'Slack', what: string, remark?: string): void;
  text(text: string): void;
  table(rows: readonly (readonly [string, string | number])[]): void;
}

const silent: Screen = { title: () => undefined, line: () => undefined, text: () => undefined, table: () => undefined };

export function openScreen(
  out: NodeJS.WritableStream & { readonly isTTY?: boolean },
  isJson: boolean,
  hasColour: boolean,
): Screen {
  if (isJson) return silent;
  const colour = createColors(hasColour);
  const paint = {
    ATS: colour.blue,
    Relay: colour.cyan,
    Applicant: colour.magenta,
    Admin: colour.yellow,
    Slack: colour.green,
  } as const;
  const write = (text: string) => void out.write(`${text}\n`);
  return {
    title: (text) => write(`\n${colour.bold(text)}`),
    line: (who, what, remark) =>
      write(`  ${paint[who](padEnd(who, 10))} ${what}${remark ? colour.dim(`  ${remark}`) : ''}`),
    text: write,
    table(rows) {
      const width = Math.max(...rows.map(([name]) => columns(name)));
      for (const [name, value] of rows) write(`  ${padEnd(name, width)}  ${colour.bold(String(value))}`);
    },
  };
}

/** How many terminal columns a text takes: East Asian wide characters take two. */
export function columns(text: string): number {
  return [...text].reduce(
    (sum, character) => sum + (/[ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹏！-｠￠-￦]|[\u{20000}-\u{3fffd}]/u.test(character) ? 2 : 1),
    0,
  );
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}
