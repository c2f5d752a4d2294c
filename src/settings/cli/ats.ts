import { InvalidArgumentError } from 'commander';
import { AtsRejection, VendorReason } from '../api/ats.ts';
import { WebhooksSetUp } from '../api/connections-schemas.ts';
import { RejectionTemplate } from '../api/letters-schemas.ts';
import { listOf } from '../api/schemas.ts';
import { toSegment } from './client.ts';
import type { ClientCommand } from './command.ts';
import type { ClientIo } from './io.ts';

interface RejectOptions {
  readonly reason: string;
  readonly template: string;
  readonly sendAt?: string;
}

/** `career-relay connection webhooks`, `reasons`, `templates` and `reject`: what is asked of the ATS itself. */
export function addAtsCommands(io: ClientIo, command: ClientCommand): void {
  command.commandsGroup('In the ATS:');
  command
    .command('webhooks')
    .description("set the ATS's webhooks up, or show how to do it by hand; safe to repeat")
    .argument('<id>', 'of the connection')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      const answer = await client.send('POST', `/connections/${toSegment(id)}/webhooks`);
      screen.show(answer, WebhooksSetUp, ({ state, webhookUrl, events, steps }) =>
        state === 'set-up'
          ? `${screen.colours.green('✓')} The ATS sends ${events.length} events to ${webhookUrl}`
          : [
              'This has to be done in the ATS:',
              ...steps.flatMap(({ ja, en }, index) => [`${index + 1}. ${ja}`, `   ${en}`]),
              `Events: ${events.join(', ')}`,
            ].join('\n'),
      );
    });

  command
    .command('reasons')
    .description("the ATS's rejection reasons, who decides by each, and our rule for it")
    .argument('<id>', 'of the connection')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      const answer = await client.get(`/connections/${toSegment(id)}/reasons`);
      screen.show(answer, listOf(VendorReason), ({ items }) =>
        screen.table(
          ['REASON', 'NAME', 'DECIDED BY', 'RULE'],
          items.map(({ reasonRef, name, decidedBy, rule }) => [
            reasonRef,
            name,
            decidedBy,
            [rule?.decidedBy, rule?.letter].filter(Boolean).join(', ') || null,
          ]),
          'The ATS has no rejection reasons.',
        ),
      );
    });

  command
    .command('templates')
    .description("the ATS's rejection templates, which carry our link, and whose words")
    .argument('<id>', 'of the connection')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      const answer = await client.get(`/connections/${toSegment(id)}/templates`);
      screen.show(answer, listOf(RejectionTemplate), ({ items }) =>
        screen.table(
          ['TEMPLATE', 'NAME', 'OUR LINK', 'OUR WORDS', 'STATE'],
          items.map(({ templateRef, name, carriesLink, ours }) => [
            templateRef,
            name,
            carriesLink,
            ours && toWords(ours),
            ours?.state,
          ]),
          'The ATS has no rejection templates.',
        ),
      );
    });

  command
    .command('reject')
    .description('reject in the ATS with a template that carries our link; only in mode ats-triggered')
    .argument('<id>', 'of the connection')
    .argument('<application>', "the ATS's id of the application")
    .requiredOption('--reason <reason>', 'see connection reasons')
    .requiredOption('--template <template>', 'see connection templates')
    .option(
      '--send-at <instant>',
      'when the ATS sends its mail, such as 2026-11-25T09:00:00+09:00 (default: now)',
      instant,
    )
    .calls<[string, string], RejectOptions>(io, async ({ client, screen, options }, id, applicationRef) => {
      const { reason: reasonRef, template: templateRef, sendAt } = options;
      const body = { applicationRef, reasonRef, templateRef, ...(sendAt && { sendAt }) };
      const answer = await client.send('POST', `/connections/${toSegment(id)}/reject`, body);
      screen.show(answer, AtsRejection, ({ ok, reason }) =>
        ok
          ? `${screen.colours.green('✓')} Rejected. The ATS sends the mail.`
          : `Nothing was done: ${reason === 'already-rejected' ? 'it was rejected already' : 'there is no such application any more'}.`,
      );
    });
}

function instant(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('It must be an instant.');
  return at.toISOString();
}

function toWords({ template, locale }: NonNullable<RejectionTemplate['ours']>): string {
  return template ? `${template.name}, version ${template.version} (${locale})` : `the standard letter (${locale})`;
}
