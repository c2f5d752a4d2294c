import type { ClientCommand } from './command.ts';
import type { Screen } from './screen.ts';

/** Adds what every list takes. */
export function withPages(command: ClientCommand): ClientCommand {
  return command
    .option('--limit <count>', 'rows at the most, 1–200 (default: 50)')
    .option('--cursor <cursor>', 'go on where the page before ended');
}

/** Says how to see the rest. */
export function writeMore({ colours }: Screen, nextCursor: string | null): readonly string[] {
  return nextCursor === null ? [] : [colours.dim(`There is more: add --cursor ${nextCursor}`)];
}
