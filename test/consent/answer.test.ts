import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openAnswers } from '../../src/consent/answer.ts';
import { openPages, type TextFacts } from '../../src/consent/pages.ts';
import { openVisits } from '../../src/consent/visit.ts';
import { findBrokenAudit } from '../../src/platform/audit.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { type Applicant, openRoom } from './room.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** A room whose answers are given without a browser, so that they surely come in together. */
async function openAnswering() {
  const room = await openRoom(database);
  const pages = openPages();
  const { clock, events } = room;
  const visits = openVisits({ database, clock });
  const answers = openAnswers({ database, clock, events, pages });
  return {
    ...room,
    visits,
    async give({ token }: Applicant, wish: 'grant' | 'decline' | 'withdraw', isTicked = wish === 'grant') {
      const link = await visits.findLink(token);
      const visit = link && (await visits.find(link));
      if (!visit) throw new Error('there is no such visit');
      const { hash: textHash } = pages.renderText('introduction', 'ja', visit.facts as TextFacts);
      const ticks = isTicked ? (['introduction'] as const) : [];
      return () => answers.take({ link: visit.link, wish, ticks, shown: { locale: 'ja', textHash }, userAgent: 'x' });
    },
  };
}

test('of people who answer in one moment each gets what he asked for, and nobody what another did', async () => {
  const room = await openAnswering();
  const [first, granting, declining, forgetful, withdrawing] = await Promise.all(
    Array.from({ length: 5 }, () => room.addApplicant()),
  );
  if (!first || !granting || !declining || !forgetful || !withdrawing) throw new Error('nobody came');
  await (await room.give(withdrawing, 'grant'))();
  const given = [
    await room.give(first, 'grant'),
    await room.give(forgetful, 'grant', false),
    await room.give(withdrawing, 'withdraw'),
    await room.give(granting, 'grant'),
    await room.give(declining, 'decline'),
    await room.give(granting, 'withdraw'),
  ];

  const outcomes = await Promise.all(given.map((give) => give()));

  const { companyId } = room.company;
  const people = [first, forgetful, withdrawing, granting, declining];
  const decisions = await Promise.all(people.map(({ personId }) => room.readConsents(personId)));
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'settled',
    'box-not-ticked',
    'settled',
    'settled',
    'settled',
    'settled',
  ]);
  expect(decisions.map((own) => own.map(({ decision }) => decision))).toEqual([
    ['granted'],
    [],
    ['granted', 'withdrawn'],
    ['granted', 'withdrawn'],
    ['declined'],
  ]);
  expect(room.events.published('consent-granted').map(({ personId }) => personId)).toEqual([
    withdrawing.personId,
    first.personId,
    granting.personId,
  ]);
  expect(await database.forCompany(companyId, (tx) => findBrokenAudit(tx, companyId))).toBeUndefined();
});

test('of visits read in one moment each shows its own person', async () => {
  const room = await openAnswering();
  const people = await Promise.all(Array.from({ length: 6 }, () => room.addApplicant()));
  const links = await Promise.all(people.map(({ token }) => room.visits.findLink(token)));

  const visits = await Promise.all(links.map((link) => link && room.visits.find(link)));

  expect(visits.map((visit) => visit?.person.personId)).toEqual(people.map(({ personId }) => personId));
});
