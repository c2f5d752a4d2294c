import { ExportedTemplate } from '../api/schemas.ts';
import { toSegment } from './client.ts';
import { ClientCommand } from './command.ts';
import type { ClientIo } from './io.ts';
import type { Screen } from './screen.ts';

interface ExportOptions {
  readonly company: string;
  readonly locale?: string;
  readonly template?: string;
  readonly html?: boolean;
}

/** `career-relay template …` */
export function templateCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('template')
    .description('a letter, for pasting into an ATS')
    .examples(
      ['in the tokens of an ATS, in Japanese', 'template export <connector> --company sakura-foods --locale ja'],
      ['only its HTML, into a file', 'template export <connector> --company sakura-foods --html > letter.html'],
    );

  command
    .command('export')
    .description("print a letter in an ATS's own tokens, with the company's static link")
    .argument('<connector>', 'its id, see career-relay connectors')
    .requiredOption('--company <company>', 'slug or id')
    .option('--locale <locale>', "ja or en (default: the company's language)")
    .option('--template <id>', "one of the company's own templates (default: the standard letter)")
    .option('--html', 'print only the HTML')
    .calls<[string], ExportOptions>(io, async ({ client, screen, options }, connector) => {
      const { company, locale, template: chosen, html } = options;
      const answer = await client.get(`/connectors/${toSegment(connector)}/template`, {
        company,
        locale,
        template: chosen,
      });
      screen.show(answer, ExportedTemplate, (template) => (html ? template.html : render(screen, template)));
    });
  return command;
}

function render({ card, colours }: Screen, { template, subject, text, html, notes }: ExportedTemplate): string {
  const parts = [
    ['TEXT', text.trimEnd()],
    ['HTML', html.trimEnd()],
    ['WHAT TO MIND', notes.map((note) => `- ${note}`).join('\n')],
  ] as const;
  return [
    card([
      ['Words', template ? `${template.name}, version ${template.version}` : 'the standard letter'],
      ['Subject', subject],
    ]),
    ...parts.map(([title, part]) => `\n${colours.dim(title)}\n${part}`),
  ].join('\n');
}
