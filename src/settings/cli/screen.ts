import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import type { z } from 'zod';
import { type ClientIo, ServiceError } from './io.ts';

type Colours = ReturnType<typeof createColors>;
export type Cell = string | number | boolean | Date | null | undefined;

/** Writes for people, or exactly the service's JSON for programs. */
export interface Screen {
  readonly colours: Colours;
  /** The answer as JSON, or what `render` makes of it. */
  show<T extends z.ZodType>(answer: unknown, schema: T, render: (value: z.output<T>) => string): void;
  /** One thing that was done; `{"ok":true}` as JSON, for an answer without a body. */
  done(text: string): void;
  /** A table with a head, or `empty` where there are no rows. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[], empty: string): string;
  /** Names and values, one pair a line. */
  card(pairs: readonly (readonly [string, Cell])[]): string;
}

export function openScreen({ stdout, env }: Pick<ClientIo, 'stdout' | 'env'>, isJson: boolean): Screen {
  const colours = createColors(hasColour(stdout, env));
  const write = (text: string) => void stdout.write(`${text}\n`);
  return {
    colours,
    show(answer, schema, render) {
      if (isJson) return write(JSON.stringify(answer, null, 2));
      const parsed = schema.safeParse(answer);
      if (!parsed.success)
        throw new ServiceError(
          'The service answered in a form this version does not know. Use the same version of both, or --json.',
        );
      write(render(parsed.data));
    },
    done: (text) => write(isJson ? '{"ok":true}' : `${colours.green('✓')} ${toCell(text)}`),
    table(head, rows, empty) {
      if (rows.length === 0) return colours.dim(empty);
      const cells = rows.map((row) => row.map(toCell));
      const widths = head.map((title, column) =>
        Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[column] ?? ''))),
      );
      const lines = cells.map((row) => alignRow(row, widths));
      return [colours.dim(alignRow(head, widths)), ...lines].join('\n');
    },
    card(pairs) {
      const width = Math.max(...pairs.map(([name]) => stringWidth(name)));
      return pairs.map(([name, value]) => `${colours.dim(pad(name, width))}  ${toCell(value)}`).join('\n');
    },
  };
}

function hasColour(stdout: ClientIo['stdout'], env: ClientIo['env']): boolean {
  if (env.NO_COLOR) return false;
  return Boolean(env.FORCE_COLOR) || (stdout.isTTY === true && env.TERM !== 'dumb');
}

function alignRow(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => pad(cell, widths[column] ?? 0))
    .join('  ')
    .trimEnd();
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

const localTime = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' });

/** One value on one line; what came from elsewhere must not steer the terminal. */
function toCell(value: Cell): string {
  if (value === null || value === undefined || value === '') return '–';
  if (value instanceof Date) return localTime.format(value);
  return String(value).replaceAll(/\p{Cc}+/gu, ' ');
}
