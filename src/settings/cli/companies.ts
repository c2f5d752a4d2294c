import { Option } from 'commander';
import type { z } from 'zod';
import { Agency, Company, listOf } from '../api/schemas.ts';
import { toSegment } from './client.ts';
import { ClientCommand, type ListOptions, wholeNumber } from './command.ts';
import { addDataCommands } from './company-data.ts';
import type { ClientIo } from './io.ts';
import { withPages, writeMore } from './pages.ts';
import type { Screen } from './screen.ts';

interface CreateOptions {
  readonly name: string;
  readonly locale: string;
  readonly address: string;
  readonly email: string;
}

interface AgencyOptions {
  readonly name: string;
  readonly address: string;
  readonly representative: string;
  readonly licence: string;
  readonly expires: string;
  readonly privacyUrl: string;
  readonly registrationUrl: string;
}

interface TermsOptions {
  readonly countsAt: string;
  readonly perCredit: number;
  readonly period: number;
  readonly valid?: number;
}

/** `career-relay company …` */
export function companyCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('company')
    .description('employers, and the agency each of them works with')
    .examples(
      [
        'add a company',
        'company create sakura-foods --name さくら食品株式会社\n--address 東京都港区架空台4-5-6 --email recruit@example.com',
      ],
      ['see whether its agency is complete', 'company agency show sakura-foods'],
      ['delete it, after 30 days', 'company delete sakura-foods --name さくら食品株式会社'],
    );

  command
    .command('create')
    .description('add a company')
    .argument('<slug>', 'short name for addresses and commands: a-z, 0-9 and -')
    .requiredOption('--name <name>', 'as applicants know it')
    .requiredOption('--address <address>', 'postal address; stands in every letter')
    .requiredOption('--email <address>', 'contact; stands in every letter, replies go there')
    .addOption(
      new Option('--locale <locale>', 'language where a person’s own is unknown').choices(['ja', 'en']).default('ja'),
    )
    .calls<[string], CreateOptions>(io, async ({ client, screen, options }, slug) => {
      const { name, locale, address: postalAddress, email: contactEmail } = options;
      const answer = await client.send('POST', '/companies', { slug, name, locale, postalAddress, contactEmail });
      screen.show(answer, Company, (company) =>
        [
          `${screen.colours.green('✓')} ${company.name} is added.`,
          `  Next: career-relay company agency set ${company.slug} …`,
        ].join('\n'),
      );
    });

  withPages(command.command('list').description('list the companies')).calls<[], ListOptions>(
    io,
    async ({ client, screen, options }) => {
      const answer = await client.get('/companies', { cursor: options.cursor, limit: options.limit });
      screen.show(answer, listOf(Company), ({ items, nextCursor }) =>
        [
          screen.table(
            ['SLUG', 'NAME', 'LOCALE', 'CONTACT', 'SINCE'],
            items.map(({ slug, name, locale, contactEmail, createdAt }) => [
              slug,
              name,
              locale,
              contactEmail,
              createdAt,
            ]),
            'No company yet. Add one: career-relay company create --help',
          ),
          ...writeMore(screen, nextCursor),
        ].join('\n'),
      );
    },
  );

  command
    .command('show')
    .description('show a company')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      const answer = await client.get(`/companies/${toSegment(company)}`);
      screen.show(answer, Company, (shown) =>
        screen.card([
          ['Name', shown.name],
          ['Slug', shown.slug],
          ['Id', shown.id],
          ['Locale', shown.locale],
          ['Address', shown.postalAddress],
          ['Contact', shown.contactEmail],
          ['Static link', shown.staticLink],
          ['Since', shown.createdAt],
        ]),
      );
    });

  addDataCommands(command, io);
  command.addCommand(agencyCommand(io));
  return command;
}

function agencyCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('agency')
    .description('the licensed agency that introduces, and its terms')
    .examples(
      [
        'set it; all of this is shown to applicants',
        'company agency set sakura-foods --name 架空キャリア株式会社\n--address 東京都千代田区架空町1-2-3 ' +
          '--representative "髙﨑 一郎"\n--licence 13-ユ-999999 --expires 2029-03-31\n' +
          '--privacy-url https://agency.example.com/privacy\n' +
          '--registration-url https://agency.example.com/register',
      ],
      [
        'count a referral only when the agency confirms the registration',
        'company agency terms sakura-foods --counts-at confirmation',
      ],
    );

  command
    .command('set')
    .description('set the agency of a company')
    .argument('<company>', 'slug or id')
    .requiredOption('--name <name>', 'registered name')
    .requiredOption('--address <address>', 'registered address')
    .requiredOption('--representative <name>', 'representative')
    .requiredOption('--licence <number>', 'licence number, such as 13-ユ-999999')
    .requiredOption('--expires <date>', 'last day of the licence, YYYY-MM-DD')
    .requiredOption('--privacy-url <url>', 'its privacy policy (https)')
    .requiredOption('--registration-url <url>', 'where applicants register (https)')
    .calls<[string], AgencyOptions>(io, async ({ client, screen, options }, company) => {
      const { name, address, representative, licence, expires, privacyUrl, registrationUrl } = options;
      const answer = await client.send('PUT', `/companies/${toSegment(company)}/agency`, {
        name,
        address,
        representative,
        licenceNumber: licence,
        licenceExpiresOn: expires,
        privacyUrl,
        registrationUrl,
      });
      screen.show(answer, Agency, (agency) => renderAgency(screen, agency));
    });

  command
    .command('show')
    .description('show the agency, what it lacks, and its terms')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      const answer = await client.get(`/companies/${toSegment(company)}/agency`);
      screen.show(answer, Agency, (agency) => renderAgency(screen, agency));
    });

  command
    .command('terms')
    .description('set the terms from now on; earlier ones go on judging what happened under them')
    .argument('<company>', 'slug or id')
    .addOption(
      new Option('--counts-at <when>', 'when a referral counts')
        .choices(['consent', 'confirmation'])
        .default('consent'),
    )
    .option('--per-credit <count>', 'referrals that make one credit', wholeNumber, 10)
    .option('--period <months>', 'months within which one person counts once', wholeNumber, 12)
    .option('--valid <months>', 'months until an unused credit expires (default: never)', wholeNumber)
    .calls<[string], TermsOptions>(io, async ({ client, screen, options }, company) => {
      const answer = await client.send('PUT', `/companies/${toSegment(company)}/agency/terms`, {
        countsAt: options.countsAt,
        perCredit: options.perCredit,
        referralPeriodMonths: options.period,
        creditValidMonths: options.valid ?? null,
      });
      screen.show(answer, Agency, (agency) => renderAgency(screen, agency));
    });

  return command;
}

const lackTexts = {
  'agency-missing': 'there is none yet',
  'agency-incomplete': 'something is blank',
  'licence-expired': 'the licence has expired',
} as const satisfies Record<NonNullable<Agency['lack']>, string>;

function renderAgency({ card, colours }: Screen, agency: z.output<typeof Agency>): string {
  const { terms } = agency;
  return [
    card([
      ['Name', agency.name],
      ['Address', agency.address],
      ['Representative', agency.representative],
      ['Licence', `${agency.licenceNumber}, until ${agency.licenceExpiresOn}`],
      ['Privacy', agency.privacyUrl],
      ['Registration', agency.registrationUrl],
      [
        'Terms',
        terms && `version ${terms.version}: ${terms.perCredit} referrals make a credit, counted at ${terms.countsAt}`,
      ],
      [
        '',
        terms &&
          `a person counts once in ${terms.referralPeriodMonths} months; ${renderValidity(terms.creditValidMonths)}`,
      ],
    ]),
    agency.lack === null
      ? `${colours.green('✓')} Applicants can be asked.`
      : `${colours.yellow('!')} Applicants cannot be asked: ${lackTexts[agency.lack]}.`,
  ].join('\n');
}

function renderValidity(months: number | null): string {
  return months === null ? 'credits do not expire' : `credits expire after ${months} months`;
}
