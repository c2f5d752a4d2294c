import { Argument, Option } from 'commander';
import { noticeKinds } from '../../slack/index.ts';
import { listOf } from '../api/schemas.ts';
import { NoticePreview, SlackWording } from '../api/slack-schemas.ts';
import type { ClientCommand } from './command.ts';
import type { ClientIo } from './io.ts';
import { toPath } from './slack.ts';

const kindArgument = () => new Argument('<kind>', 'of notice').choices(noticeKinds);
const localeOption = () => new Option('--locale <locale>', 'its language').choices(['ja', 'en']);

interface WordingOptions {
  readonly locale: string;
  readonly title: string;
  readonly body: string;
}

/** `career-relay slack preview` and `career-relay slack wording …` */
export function addWordingCommands(io: ClientIo, command: ClientCommand): void {
  command
    .command('preview')
    .description('show a notice as it would read, with invented figures')
    .argument('<company>', 'slug or id')
    .addArgument(kindArgument())
    .addOption(localeOption())
    .calls<[string, string], { readonly locale?: string }>(io, async ({ client, screen, options }, company, kind) => {
      const answer = await client.send('POST', toPath(company, '/preview'), { kind, locale: options.locale });
      screen.show(answer, NoticePreview, ({ text }) => text);
    });

  const wording = command.command('wording').description('word a notice otherwise, for one company');
  wording
    .command('list')
    .description('list the own wordings')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      screen.show(await client.get(toPath(company, '/wordings')), listOf(SlackWording), ({ items }) =>
        screen.table(
          ['KIND', 'LANGUAGE', 'TITLE', 'SINCE'],
          items.map(({ kind, locale, title, updatedAt }) => [kind, locale, title, updatedAt]),
          'None: every notice is worded as we do.',
        ),
      );
    });

  wording
    .command('set')
    .description('set title and body; {{ tokens }} are filled in, and a wrong one is refused')
    .argument('<company>', 'slug or id')
    .addArgument(kindArgument())
    .addOption(localeOption().makeOptionMandatory())
    .requiredOption('--title <text>', 'one line')
    .requiredOption('--body <text>', '*bold* and lists are kept')
    .calls<[string, string], WordingOptions>(io, async ({ client, screen, options }, company, kind) => {
      const { locale, title, body } = options;
      const answer = await client.send('PUT', toPath(company, `/wordings/${kind}/${locale}`), { title, body });
      screen.show(answer, SlackWording, () => `${screen.colours.green('✓')} ${kind} is worded so from now on.`);
    });

  wording
    .command('remove')
    .description('go back to our wording')
    .argument('<company>', 'slug or id')
    .addArgument(kindArgument())
    .addOption(localeOption().makeOptionMandatory())
    .calls<[string, string], { readonly locale: string }>(io, async ({ client, screen, options }, company, kind) => {
      await client.send('DELETE', toPath(company, `/wordings/${kind}/${options.locale}`));
      screen.done(`${kind} is worded as we do again.`);
    });
}
