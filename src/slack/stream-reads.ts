import { countConsents } from '../consent/index.ts';
import { listEndingCredits, readBalance, readProjection } from '../credit/index.ts';
import { countLetters, countWaiting, listLetterIdsOf, readLettersOf } from '../letter/index.ts';
import type { NoticeReads } from './notice/reads.ts';
import { readWording } from './text/wording.ts';

/** What notices tell, read through the doors of the rooms upstream. */
export const streamReads: NoticeReads = {
  letters: async (tx, letterIds) =>
    (await readLettersOf(tx, letterIds)).map(({ letter, job, givenName, familyName }) => {
      const { id: letterId, connectionId, status, reason, dueAt } = letter;
      return { letterId, connectionId, job, status, reason, dueAt, givenName, familyName };
    }),
  letterIdsOf: listLetterIdsOf,
  wording: readWording,
  endingCredits: listEndingCredits,
  countLetters,
  countConsents,
  countHeld: async (tx, companyId) =>
    (await countWaiting(tx, companyId)).reduce((sum, { letters }) => sum + letters, 0),
  balance: (tx, companyId) => readBalance(tx, companyId),
  projection: readProjection,
};
