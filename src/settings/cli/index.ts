import type { Command } from 'commander';
import { companyCommand } from './companies.ts';
import { connectionCommand, connectorsCommand } from './connections.ts';
import { creditsCommand } from './credits.ts';
import { deliveriesCommand } from './deliveries.ts';
import type { ClientIo } from './io.ts';
import { lettersCommand } from './letters.ts';
import { slackCommand } from './slack.ts';
import { templateCommand } from './template.ts';

export type { ClientIo } from './io.ts';

/** Adds the commands that work over the API of a running service. They print to `io` and end with 0, 1 or 2. */
export function addClientCommands(program: Command, io: ClientIo): void {
  for (const build of [
    companyCommand,
    connectionCommand,
    connectorsCommand,
    deliveriesCommand,
    lettersCommand,
    templateCommand,
    creditsCommand,
    slackCommand,
  ]) {
    const command = build(io);
    for (const one of [command, ...allBelow(command)]) {
      one.copyInheritedSettings(program).configureOutput({
        writeOut: (text) => void io.stdout.write(text),
        writeErr: (text) => void io.stderr.write(text),
      });
    }
    program.addCommand(command);
  }
}

function allBelow(command: Command): readonly Command[] {
  return command.commands.flatMap((below) => [below, ...allBelow(below)]);
}
